import type { Readable } from 'node:stream';

// The part of nodemailer that is used, written out so that no declaration file needs nodemailer.

/** Options of a connection to a mail server; nodemailer knows more, which are handed on as they are. */
export interface SmtpOptions {
  host?: string;
  port?: number;
  /** TLS from the first byte (port 465). Otherwise STARTTLS is used where the server offers it. */
  secure?: boolean;
  /** Refuse to go on without STARTTLS. */
  requireTLS?: boolean;
  auth?: { user: string; pass: string } | { type: 'OAuth2'; user: string; accessToken?: string };
  tls?: {
    rejectUnauthorized?: boolean;
    ca?: string | Buffer;
    servername?: string;
    minVersion?: 'TLSv1.2' | 'TLSv1.3';
  };
  /** Keep connections open for further messages. */
  pool?: boolean;
  maxConnections?: number;
  /** Name of this host in the greeting. */
  name?: string;
  connectionTimeout?: number;
  greetingTimeout?: number;
  socketTimeout?: number;
  dkim?: { domainName: string; keySelector: string; privateKey: string };
}

/** Amazon SES: the client and the command class of `@aws-sdk/client-sesv2`. */
export interface SesOptions {
  SES: { sesClient: object; SendEmailCommand: object };
}

/** A nodemailer transporter of any kind, as `createTransport` gives it. */
export interface MailTransporter {
  sendMail(message: MailData): Promise<unknown>;
  use?(step: 'stream', plugin: StreamPlugin): unknown;
  verify?(): Promise<unknown>;
  close?(): void;
}

export interface MailData {
  from?: string | { name: string; address: string };
  replyTo?: string;
  to: { name: string; address: string };
  subject: string;
  html: string;
  text: string;
  messageId: string;
  headers: Record<string, string>;
  disableFileAccess: true;
  disableUrlAccess: true;
  signal: AbortSignal;
}

export interface CompiledMail {
  data: { messageId?: unknown };
  message?: { processFunc(step: (input: Readable) => Readable): void };
}

export type StreamPlugin = (mail: CompiledMail, done: (error?: Error | null) => void) => void;

export interface NodemailerModule {
  createTransport(transport: object | string): MailTransporter;
}
