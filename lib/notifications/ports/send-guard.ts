import type { EmailTemplateName, SmsTemplateName } from '../templates/template-variables';

/** A message that somebody wants to send. */
export interface SendRequest {
  channel: 'email' | 'sms';
  template: EmailTemplateName | SmsTemplateName;
  /** Codes are asked for by whoever makes requests; notices follow from what happened to an account. */
  purpose: 'code' | 'notice';
  /** Canonical address or E.164 number. */
  recipient: string;
  /** Null where no account is known, or none must be looked up yet. */
  userId: string | null;
}

/**
 * Caps on messages for each recipient, account, network and in all (R028). Who asks, and from where, is the request in
 * hand; notices are checked in the background, where there is none.
 */
export interface SendGuard {
  /**
   * Counts the message.
   * @throws {NAuthException} RATE_LIMIT_EMAIL, RATE_LIMIT_SMS or RATE_LIMIT_RESEND, with retryAfter
   */
  admit(request: SendRequest): Promise<void>;
}

/** Token of the SendGuard. Without one every message is admitted. */
export const SEND_GUARD = Symbol('nauth.sendGuard');
