import type { LockoutOptions, ResolvedLockoutOptions } from '../../lockout/lockout.options';
import { duration, flag, section, wholeNumber } from '../fields';
import { milliseconds } from '../section-context';

export const lockoutSchema = section<LockoutOptions>({
  enabled: flag(),
  // R020: never more than 100 wrong passwords in a row.
  maxAttempts: wholeNumber(1, 100),
  attemptWindow: duration(),
  duration: duration(),
  resetOnSuccess: flag(),
});

export function resolveLockout(options: LockoutOptions): ResolvedLockoutOptions {
  return {
    enabled: options.enabled ?? true,
    maxAttempts: options.maxAttempts ?? 5,
    attemptWindowMs: milliseconds(options.attemptWindow ?? 3600),
    durationMs: milliseconds(options.duration ?? 900),
    resetOnSuccess: options.resetOnSuccess ?? true,
  };
}
