import type { SmsMessage } from './message';

/** The way out for text messages. */
export interface SMSProvider {
  /** As of an EmailProvider. */
  readonly deduplicates?: boolean;
  /** As of an EmailProvider. */
  send(message: SmsMessage, signal: AbortSignal): Promise<void>;
  /** Called once before the first message; a rejection stops the start of the application. */
  open?(): Promise<void>;
  /** Called when the application ends, after the last message. */
  close?(): Promise<void>;
  /** Asks the service whether it would take messages. For health checks of the application; not called by the toolkit. */
  verify?(): Promise<void>;
}

/** Token of the SMSProvider; undefined where none is configured. */
export const SMS_PROVIDER = Symbol('nauth.smsProvider');
