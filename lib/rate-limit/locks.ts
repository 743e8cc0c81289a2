import type { Clock } from '../common';
import type { Counters } from './counters';
import { longestLockMs, type RateLimit } from './rate-limit';

/** A lock that a use has begun. */
export interface Lock {
  readonly ms: number;
  /** It was none: the next one is not longer for it. */
  takeBack(): Promise<void>;
}

/**
 * How long locks are (R023): one that begins within a window after the end of another one of the same subject is twice as
 * long, up to the longest. How many there were is a counter of its own. It gets an end in the step that writes it (R022),
 * and lives until a window after the end of the lock. Only the use that the count makes the last allowed one begins a
 * lock, so no two of them count the same one (R021).
 */
export class Locks {
  constructor(
    private readonly counters: Counters,
    private readonly clock: Clock,
  ) {}

  /**
   * Notes that a lock of the subject begins.
   * @param key of the counter of its uses
   * @throws {NAuthException} SERVICE_UNAVAILABLE when it cannot be noted
   */
  async begin(limit: RateLimit, lockMs: number, key: string): Promise<Lock> {
    if (!growsLonger(limit)) return { ms: lockMs, takeBack: () => Promise.resolve() };
    const locks = keyOfLocks(key);
    const { count, ttlMs } = await this.counters.increment(locks, limit.windowMs);
    const endsAt = this.clock.now() + ttlMs;
    // An earlier lock of which more than the window is remembered has not ended: this is the same one, begun again by a
    // use in the place of one that was given back.
    if (count > 1 && ttlMs > limit.windowMs) {
      await this.counters.decrement(locks);
      return { ms: lengthOf(limit, lockMs, count - 1), takeBack: () => Promise.resolve() };
    }
    const ms = lengthOf(limit, lockMs, count);
    await this.counters.expire(locks, ms + limit.windowMs);
    return {
      ms,
      takeBack: async () => {
        await this.counters.decrement(locks);
        await this.counters.expire(locks, endsAt - this.clock.now());
      },
    };
  }

  /** Forgets the locks of a subject: its next one is as short as the first. */
  async forget(limit: RateLimit, key: string): Promise<void> {
    if (growsLonger(limit)) await this.counters.delete(keyOfLocks(key));
  }
}

function growsLonger(limit: RateLimit): boolean {
  return longestLockMs(limit) > (limit.lockMs ?? 0);
}

function lengthOf(limit: RateLimit, lockMs: number, number: number): number {
  return Math.min(lockMs * 2 ** (number - 1), longestLockMs(limit));
}

function keyOfLocks(key: string): string {
  return `${key}:locks`;
}
