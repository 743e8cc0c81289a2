import { HIGHEST_MAX_ATTEMPTS } from '../../lockout/known-client-count';
import type { LockoutOptions, ResolvedLockoutOptions } from '../../lockout/lockout.options';
import { duration, flag, section, wholeNumber } from '../fields';
import { milliseconds, type SectionContext } from '../section-context';

export const lockoutSchema = section<LockoutOptions>({
  enabled: flag(),
  maxAttempts: wholeNumber(1, HIGHEST_MAX_ATTEMPTS),
  attemptWindow: duration(),
  duration: duration(),
  maxDuration: duration(),
  resetOnSuccess: flag(),
});

const MAX_DURATION_MS = 3600_000;

export function resolveLockout(options: LockoutOptions, { report }: SectionContext): ResolvedLockoutOptions {
  const durationMs = milliseconds(options.duration ?? 900);
  const maxDurationMs =
    options.maxDuration === undefined
      ? Math.max(durationMs, MAX_DURATION_MS)
      : milliseconds(options.maxDuration);
  if (maxDurationMs < durationMs && !report.isRefused('lockout.duration')) {
    report.addRule('lockout.maxDuration', 'is below lockout.duration (default 900); raise it');
  }
  return {
    enabled: options.enabled ?? true,
    maxAttempts: options.maxAttempts ?? 5,
    attemptWindowMs: milliseconds(options.attemptWindow ?? 3600),
    durationMs,
    maxDurationMs,
    resetOnSuccess: options.resetOnSuccess ?? true,
  };
}
