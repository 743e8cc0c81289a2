import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** A message as a mail server got it. */
export interface ReceivedMail {
  /** Recipients of the envelope. */
  recipients: string[];
  sender: string;
  /** As it travelled, headers included. */
  raw: string;
  parsed: ParsedMail;
}

/** What the server does with a message, or with its recipient, in place of taking it. */
export type MailFault =
  | { at: 'greeting' | 'recipient' | 'message'; reply: number }
  /** It says nothing any more. */
  | { at: 'greeting' | 'recipient' | 'message'; reply: 'silence' }
  /** It takes the message, and the connection breaks before it says so. */
  | { at: 'message'; reply: 'accept and drop' };

/** A real mail server, to be disturbed. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  /** Connections so far. */
  connections = 0;
  /** How often it has fallen silent. */
  silences = 0;
  fault: MailFault | undefined;
  private readonly server: SMTPServer;

  private constructor() {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 100,
      onConnect: (_session, done) => {
        this.connections += 1;
        this.answer('greeting', done);
      },
      onRcptTo: (_address, _session, done) => this.answer('recipient', done),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { fault } = this;
          if (fault?.at === 'message' && fault.reply !== 'accept and drop')
            return this.answer('message', done);
          void this.keep(Buffer.concat(chunks), session.envelope).then(() => {
            if (fault?.reply === 'accept and drop') this.cut();
            else done();
          });
        });
      },
    });
    this.server.on('error', () => undefined);
  }

  static async start(): Promise<MailServer> {
    const mail = new MailServer();
    mail.server.listen(0, '127.0.0.1');
    await once(mail.server.server, 'listening');
    return mail;
  }

  get port(): number {
    const address = this.server.server.address() as AddressInfo;
    return address.port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** Addresses that messages were for, in the order in which they came. */
  get recipients(): string[] {
    return this.mails.flatMap(({ recipients }) => recipients);
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((done) => this.server.close(done));
  }

  private cut(): void {
    for (const connection of this.server.connections) Reflect.get(connection, '_socket')?.destroy();
  }

  private answer(at: MailFault['at'], done: (error?: Error | null) => void): void {
    const { fault } = this;
    if (fault?.at !== at) return done();
    if (typeof fault.reply !== 'number') {
      this.silences += 1;
      return;
    }
    done(Object.assign(new Error('no'), { responseCode: fault.reply }));
  }

  private async keep(
    raw: Buffer,
    envelope: { mailFrom: unknown; rcptTo: { address: string }[] },
  ): Promise<void> {
    const from: unknown = envelope.mailFrom;
    const sender: unknown =
      typeof from === 'object' && from !== null ? Reflect.get(from, 'address') : undefined;
    this.mails.push({
      recipients: envelope.rcptTo.map(({ address }) => address),
      sender: String(sender),
      raw: raw.toString('utf8'),
      parsed: await simpleParser(raw),
    });
  }
}
