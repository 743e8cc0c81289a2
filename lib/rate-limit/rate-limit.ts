import type { AuditEventType, NAuthErrorCode } from '../contracts';
import type { ResolvedLimit } from './rate-limits.options';

/** How often one subject may do one thing within a window, over all instances. */
export interface RateLimit {
  /** Part of the key of its counters: lower-case letters and dashes. Two limits of one name share their counters. */
  readonly name: string;
  /** Uses within the window; one more is refused. */
  readonly max: number;
  /** The window begins with its first use. */
  readonly windowMs: number;
  /** What a refusal answers; a code with status 429. */
  readonly code: NAuthErrorCode;
  /** How long the subject is refused from its last allowed use on. Default: what is left of the window. */
  readonly lockMs?: number;
  /** Longest lock: one that follows another one within a window is twice as long, up to this. Default: `lockMs`. */
  readonly maxLockMs?: number;
  /** What the audit trail calls a refusal. Default LOGIN_BLOCKED. */
  readonly event?: AuditEventType;
  /**
   * Longest time for which a refusal is believed without asking the store again. Short where something may end the
   * refusal early, on whatever instance; long where only time does.
   */
  readonly believeMs: number;
}

/** Refusals that nothing ends but time. */
const BELIEVE_LONG_MS = 60_000;
/** Refusals that a success, a reset or an administrator may end. */
export const BELIEVE_SHORT_MS = 2000;

/** The longest time for which a subject may be locked; 0 where its window only ends. */
export function longestLockMs({ lockMs = 0, maxLockMs = lockMs }: RateLimit): number {
  return Math.max(lockMs, maxLockMs);
}

/** The limit that a route group has for one network; undefined when it is switched off. */
export function networkLimit(name: string, options: ResolvedLimit | undefined): RateLimit | undefined {
  return options && { ...options, name, code: 'RATE_LIMIT_LOGIN', believeMs: BELIEVE_LONG_MS };
}
