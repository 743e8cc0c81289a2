import type { MessageLimitOptions } from './message-limits.options';

export interface LimitOptions {
  /** Uses within the window; one more is refused. */
  max?: number;
  /** The window begins with its first use. */
  window?: string | number;
}

export interface FloodOptions {
  /** Failed logins within the window, from several networks, that raise an alert. Default 100. */
  alert?: number;
  /** Failed logins within the window from which on clients that an account does not know are held back. Default 1000. */
  restrict?: number;
  /** Logins of such clients that each instance still looks at within a window. Default 60. */
  unknownClients?: number;
  /** Default 60 (seconds). */
  window?: string | number;
}

/** Limits by route group; `false` switches one off. */
export interface RateLimitsOptions {
  login?: {
    /** Failed logins from one network. Default 50 in 15 minutes. Off with `lockout.enabled: false`. */
    network?: LimitOptions | false;
    /** Failed logins altogether. Off with `lockout.enabled: false`. */
    flood?: FloodOptions | false;
  };
  refresh?: {
    /** Refresh tokens of no use from one network: forged, or spent long ago. Default 300 in 15 minutes. */
    network?: LimitOptions | false;
  };
  passkey?: {
    /** Logins with a passkey that are begun from one network. Default 1000 in a minute. */
    network?: LimitOptions | false;
  };
  /** Messages with codes; notices have counts of their own with the same limits. */
  messages?: { email?: MessageLimitOptions; sms?: MessageLimitOptions };
  signup?: {
    /** Sign-ups from one network. Default 1000 in a minute. */
    network?: LimitOptions | false;
  };
  passwordReset?: {
    /** Requests and confirmations of a password reset from one network, each on its own. Default 30 in an hour. */
    network?: LimitOptions | false;
  };
}

export interface ResolvedLimit {
  readonly max: number;
  readonly windowMs: number;
}

export interface ResolvedFloodOptions {
  readonly alert: number;
  readonly restrict: number;
  readonly unknownClients: number;
  readonly windowMs: number;
}

/** What is switched off is undefined. */
export interface ResolvedRateLimitsOptions {
  readonly login: {
    readonly network: ResolvedLimit | undefined;
    readonly flood: ResolvedFloodOptions | undefined;
  };
  readonly refresh: { readonly network: ResolvedLimit | undefined };
  readonly passkey: { readonly network: ResolvedLimit | undefined };
  readonly signup: { readonly network: ResolvedLimit | undefined };
  readonly passwordReset: { readonly network: ResolvedLimit | undefined };
}

/** Token of the ResolvedRateLimitsOptions. */
export const RATE_LIMITS_OPTIONS = Symbol('nauth.rateLimitsOptions');
