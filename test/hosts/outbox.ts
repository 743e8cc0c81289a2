import type { EmailMessage, EmailProvider, SmsMessage, SMSProvider } from '@nauth-toolkit/nestjs';

/** A message that the toolkit would have sent. */
export interface OutboxMessage {
  channel: 'email' | 'sms';
  to: string;
  subject: string | null;
  text: string;
  code: string | null;
  link: string | null;
}

/** Keeps messages instead of sending them. */
export class Outbox {
  private readonly kept: OutboxMessage[] = [];
  readonly email: EmailProvider = { send: (message) => this.keep('email', message.subject, message) };
  readonly sms: SMSProvider = { send: (message) => this.keep('sms', null, message) };

  get messages(): readonly OutboxMessage[] {
    return this.kept;
  }

  private keep(
    channel: OutboxMessage['channel'],
    subject: string | null,
    { to, text, variables }: EmailMessage | SmsMessage,
  ): Promise<void> {
    const { code, link } = variables;
    this.kept.push({ channel, to, subject, text, code: textOrNull(code), link: textOrNull(link) });
    return Promise.resolve();
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
