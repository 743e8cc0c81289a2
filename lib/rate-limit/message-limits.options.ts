import type { LimitOptions, ResolvedLimit } from './rate-limits.options';

/** How many messages there may be; `false` switches a limit off. */
export interface MessageLimitOptions {
  /** For one address or number. Default 10 in an hour. */
  recipient?: LimitOptions | false;
  /** For one account. Default 10 in an hour. */
  account?: LimitOptions | false;
  /** Asked for from one network. Default 100 e-mails, 10 text messages in an hour (R028). */
  network?: LimitOptions | false;
  /** Altogether. Default 10,000 e-mails, 1000 text messages in an hour. */
  all?: LimitOptions | false;
}

/** What is switched off is undefined. */
export interface MessageCaps {
  readonly recipient: ResolvedLimit | undefined;
  readonly account: ResolvedLimit | undefined;
  readonly network: ResolvedLimit | undefined;
  readonly all: ResolvedLimit | undefined;
}

export interface ResolvedMessageLimits {
  readonly email: MessageCaps;
  readonly sms: MessageCaps;
}
