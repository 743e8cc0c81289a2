export interface LockoutOptions {
  /** Default true. */
  enabled?: boolean;
  /** Wrong passwords for one account within `attemptWindow`. Default 5. */
  maxAttempts?: number;
  /** Default 3600 (seconds). */
  attemptWindow?: string | number;
  /** How long the account refuses passwords after that. Default 900 (seconds). */
  duration?: string | number;
  /**
   * Longest such time, not below `duration`: a lock that begins within `attemptWindow` after the end of another one is
   * twice as long, up to this. As long as `duration`: all are equally long. Default 3600 (seconds), or `duration` where
   * that is longer.
   */
  maxDuration?: string | number;
  /** A right password starts the count again. Default true. */
  resetOnSuccess?: boolean;
}

export interface ResolvedLockoutOptions {
  enabled: boolean;
  maxAttempts: number;
  attemptWindowMs: number;
  durationMs: number;
  maxDurationMs: number;
  resetOnSuccess: boolean;
}

/** Token of the ResolvedLockoutOptions. */
export const LOCKOUT_OPTIONS = Symbol('nauth.lockoutOptions');
