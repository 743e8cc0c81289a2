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
  /** What one recipient may get of this kind, where whoever asks has a limit of its own. */
  recipientLimit?: RecipientLimit;
}

export interface RecipientLimit {
  max: number;
  windowMs: number;
}

/** A message that was counted. */
export interface CountedSend {
  /** Takes it out of the counts: it was not sent. */
  giveBack(): Promise<void>;
}

/**
 * Caps on messages for each recipient, account, network and in all (R028). Who asks, and from where, is the request in
 * hand; notices are checked in the background, where there is none.
 */
export interface SendGuard {
  /**
   * Counts the message. Undefined where nothing was counted.
   * @throws {NAuthException} RATE_LIMIT_EMAIL, RATE_LIMIT_SMS or RATE_LIMIT_RESEND, with retryAfter
   */
  admit(request: SendRequest): Promise<CountedSend | undefined>;
}

/** Token of the SendGuard. Without one every message is admitted. */
export const SEND_GUARD = Symbol('nauth.sendGuard');
