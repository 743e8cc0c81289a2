import { DeliveryError } from '../ports/delivery-error';
import type { EmailProvider } from '../ports/email-provider';
import type { EmailMessage } from '../ports/message';
import { DataGates } from './data-gate';
import type {
  MailData,
  MailTransporter,
  NodemailerModule,
  SesOptions,
  SmtpOptions,
} from './nodemailer-types';
import { smtpOutcome } from './smtp-outcome';

export interface NodemailerEmailProviderOptions {
  /**
   * Options of a mail server, or its address (`smtps://user:pass@host:465`); options for Amazon SES; or a transporter
   * of the application, with its own defaults, which the application closes.
   */
  transport: string | SmtpOptions | SesOptions | MailTransporter;
  /** Sender, such as `{ name: 'Example', address: 'no-reply@example.com' }`. Needed unless a transporter has its own. */
  from?: string | { name: string; address: string };
  replyTo?: string;
}

/** Shorter than an attempt, so that a mail server that hangs is told from one that is gone. */
const SMTP_TIMES = {
  connectionTimeout: 5_000,
  greetingTimeout: 5_000,
  socketTimeout: 9_000,
  dnsTimeout: 5_000,
};

/**
 * Sends e-mail through nodemailer 10: a mail server, Amazon SES, or any transport of nodemailer. Each message has one
 * recipient, and its headers are built by nodemailer (R144). Every attempt at a message has the same Message-ID.
 */
export class NodemailerEmailProvider implements EmailProvider {
  private readonly gates = new DataGates();
  private transporter: MailTransporter | undefined;
  private isOwn = false;

  constructor(
    private readonly options: NodemailerEmailProviderOptions,
    private readonly load: () => Promise<NodemailerModule> = () => import('nodemailer'),
  ) {}

  /** @throws {Error} when the optional peer nodemailer is not installed, or does not take the options */
  async open(): Promise<void> {
    if (this.transporter) return;
    const { transport } = this.options;
    if (isTransporter(transport)) {
      this.transporter = transport;
    } else {
      const { createTransport } = await this.load().catch((cause: unknown) => {
        throw new Error('NodemailerEmailProvider needs nodemailer 10: npm install nodemailer@10', { cause });
      });
      this.transporter = createTransport(transportOptions(transport));
      this.isOwn = true;
    }
    this.transporter.use?.('stream', this.gates.plugin);
  }

  async send(message: EmailMessage, signal: AbortSignal): Promise<void> {
    await this.open();
    const data = this.toMail(message, signal);
    const gate = this.gates.add(data.messageId);
    try {
      await this.opened().sendMail(data);
    } catch (error) {
      const failure = smtpOutcome(error, gate.wasOpened || !this.opened().use);
      gate.close();
      throw failure;
    } finally {
      this.gates.remove(data.messageId);
    }
  }

  async verify(): Promise<void> {
    await this.open();
    await this.opened().verify?.();
  }

  close(): Promise<void> {
    if (this.isOwn) {
      this.transporter?.close?.();
      this.transporter = undefined;
      this.isOwn = false;
    }
    return Promise.resolve();
  }

  private opened(): MailTransporter {
    if (!this.transporter) throw new DeliveryError('not-sent', 'closed');
    return this.transporter;
  }

  private toMail({ id, to, subject, html, text }: EmailMessage, signal: AbortSignal): MailData {
    const { from, replyTo } = this.options;
    return {
      ...(from !== undefined && { from }),
      ...(replyTo !== undefined && { replyTo }),
      to: { name: '', address: to },
      ...{ subject, html, text, signal },
      messageId: `<${id}@${domainOf(from)}>`,
      // RFC 3834: no answers of absent readers.
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      disableFileAccess: true,
      disableUrlAccess: true,
    };
  }
}

function isTransporter(transport: object | string): transport is MailTransporter {
  return typeof transport === 'object' && typeof Reflect.get(transport, 'sendMail') === 'function';
}

/** Time limits, and no second try by a pool: whether a message is tried again is decided elsewhere. */
function transportOptions(transport: string | SmtpOptions | SesOptions): object {
  if (typeof transport === 'string') return { url: transport, ...SMTP_TIMES, maxRequeues: 0 };
  return 'SES' in transport ? transport : { ...SMTP_TIMES, ...transport, maxRequeues: 0 };
}

function domainOf(from: NodemailerEmailProviderOptions['from']): string {
  const address = typeof from === 'object' ? from.address : (from ?? '');
  return /@([A-Za-z0-9.-]+)>?\s*$/.exec(address)?.[1] ?? 'localhost';
}
