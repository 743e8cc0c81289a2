import type { EmailMessage } from './message';

/** The way out for e-mail. */
export interface EmailProvider {
  /**
   * True when the service drops a message whose `id` it has had before. Only then is a message sent again whose fate is
   * not known, such as one whose answer was lost.
   */
  readonly deduplicates?: boolean;
  /**
   * Hands a message over. Rejects when it was not taken; a `DeliveryError` says how certain that is. Any other error
   * counts as "not taken" and leads to another attempt, unless it is one of a connection that broke or timed out.
   * @param signal aborted when the attempt has taken too long (10 s), or the application ends
   */
  send(message: EmailMessage, signal: AbortSignal): Promise<void>;
  /** Called once before the first message; a rejection stops the start of the application. */
  open?(): Promise<void>;
  /** Called when the application ends, after the last message. */
  close?(): Promise<void>;
  /** Asks the service whether it would take messages. For health checks of the application; not called by the toolkit. */
  verify?(): Promise<void>;
}

/** Token of the EmailProvider; undefined where none is configured. */
export const EMAIL_PROVIDER = Symbol('nauth.emailProvider');
