import type { Duration } from '../common';

/** Codes that are sent to an address to prove it. */
export interface CodeOptions {
  /** Digits. Default 6, which is also the least. */
  codeLength?: number;
  /** Life of a code. Verifications: ten minutes at most, also where it is longer, up to an hour (R069). */
  expiresIn?: Duration;
  /** Tries for each code. Default 3. */
  maxAttempts?: number;
  /** Least time between two codes. Default 60 (seconds). */
  resendDelay?: Duration;
  /** Codes for one recipient within `rateLimitWindow`. Default 3. */
  rateLimitMax?: number;
  /** Default 3600 (seconds). */
  rateLimitWindow?: Duration;
}

export interface VerificationOptions extends CodeOptions {
  /** Wrong codes of one account within `attemptWindow`. Default 10. */
  maxAttemptsPerUser?: number;
  /** Wrong codes from one network within `attemptWindow`. Default 20. */
  maxAttemptsPerIP?: number;
  /** Default 3600 (seconds). */
  attemptWindow?: Duration;
}

export interface EmailVerificationOptions extends VerificationOptions {
  /** Page of the front end that messages link to. Default: none, and no link. */
  baseUrl?: string;
}

export interface ResolvedCodeOptions {
  readonly codeLength: number;
  readonly expiresInMs: number;
  readonly maxAttempts: number;
  readonly resendDelayMs: number;
  /** Messages for one recipient. */
  readonly rateLimit: { readonly max: number; readonly windowMs: number };
  /** Where links lead to, from the configuration only (R120). */
  readonly baseUrl: string | undefined;
}

export interface ResolvedVerificationOptions extends ResolvedCodeOptions {
  readonly maxAttemptsPerUser: number;
  readonly maxAttemptsPerIP: number;
  readonly attemptWindowMs: number;
}
