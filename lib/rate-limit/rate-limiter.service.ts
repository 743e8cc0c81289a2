import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { CLOCK, type Clock } from '../common';
import type { CounterState } from '../storage';
import { COUNTERS, type Counters } from './counters';
import { InFlightGate } from './in-flight-gate';
import { limitKey, type LimitSubject } from './limit-subject';
import { Locks, type Lock } from './locks';
import type { RateLimit } from './rate-limit';
import { RateLimitExceeded } from './rate-limit-exceeded';
import { Refusals } from './refusals';

const MAX_WAITING = 256;
const MAX_WAIT_MS = 10_000;

/** One counted use. Left alone it stays counted. */
export interface LimitedUse {
  /** Takes this use back: it was none, or none that the limit is about. */
  giveBack(): Promise<void>;
  /** Starts the count of the subject again, and forgets its locks. */
  clear(): Promise<void>;
}

/** What a limit that is switched off counts. */
const UNLIMITED: LimitedUse = { giveBack: () => Promise.resolve(), clear: () => Promise.resolve() };

/**
 * Counts what is limited, over all instances, before it is done (R021): one atomic step of the store decides, and what
 * turns out not to count is given back. A subject that is over its limit costs no further round trip until it may try
 * again, and one audit event a window, not one for each refusal (R030).
 */
@Injectable()
export class RateLimiter {
  private readonly refusals: Refusals;
  private readonly locks: Locks;
  private readonly gate = new InFlightGate(MAX_WAITING, MAX_WAIT_MS);

  constructor(
    @Inject(COUNTERS) private readonly counters: Counters,
    @Inject(AuthAuditService) private readonly audit: Pick<AuthAuditService, 'recordRefusal'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.refusals = new Refusals(clock);
    this.locks = new Locks(counters, clock);
  }

  /**
   * Refuses a subject that this process knows to be over the limit. Costs nothing and counts nothing.
   * @throws {RateLimitExceeded}
   */
  assertNotRefused(limit: RateLimit | undefined, subject: LimitSubject): void {
    if (limit) this.refuseKnown(limit, limitKey(limit.name, subject));
  }

  /**
   * Counts a use. To be called outside a unit of work, whose rollback would forget it.
   * @throws {RateLimitExceeded} above the limit
   * @throws {NAuthException} SERVICE_UNAVAILABLE when it cannot be counted
   */
  async take(limit: RateLimit | undefined, subject: LimitSubject): Promise<LimitedUse> {
    return limit ? this.count(limit, subject) : UNLIMITED;
  }

  /**
   * Counts a use and does `work` with it. No more uses of one subject than the limit allows are in hand at once in this
   * process; others wait for them, so that uses that are given back are not refused for one another.
   * @throws {RateLimitExceeded} above the limit, or when too many wait
   */
  async during<T>(
    limit: RateLimit | undefined,
    subject: LimitSubject,
    work: (use: LimitedUse) => Promise<T>,
  ): Promise<T> {
    if (!limit) return work(UNLIMITED);
    const key = limitKey(limit.name, subject);
    this.refuseKnown(limit, key);
    const done = await this.gate.run(key, limit.max, async () => {
      return { result: await work(await this.count(limit, subject)) };
    });
    if (!done) throw new RateLimitExceeded(limit, 1);
    return done.result;
  }

  /**
   * Counts what has happened already, for limits that look at failures only, of what cannot be guessed: a success then
   * costs no round trip. From the limit on `assertNotRefused` refuses. Never throws.
   */
  async note(limit: RateLimit | undefined, subject: LimitSubject): Promise<void> {
    if (!limit) return;
    await leniently(async () => {
      const key = limitKey(limit.name, subject);
      const { count, ttlMs } = await this.counters.increment(key, limit.windowMs);
      if (count >= limit.max) this.refusals.noteFinal(key, ttlMs);
      if (count === limit.max) await this.record(limit, subject);
    });
  }

  /** Starts the count of a subject again, and forgets its locks. Never throws. */
  async clear(limit: RateLimit | undefined, subject: LimitSubject): Promise<void> {
    if (limit) await this.clearKey(limit, limitKey(limit.name, subject));
  }

  private async count(limit: RateLimit, subject: LimitSubject): Promise<LimitedUse> {
    const key = limitKey(limit.name, subject);
    this.refuseKnown(limit, key);
    this.refusals.startAsking(key, limit.believeMs);
    const state = await this.counters.increment(key, limit.windowMs);
    if (state.count > limit.max) {
      this.refusals.note(key, state.ttlMs, limit.believeMs);
      // Only one caller gets this count.
      const isFirst = state.count === limit.max + 1;
      if (isFirst) await this.record(limit, subject);
      throw new RateLimitExceeded(limit, state.ttlMs, isFirst);
    }
    this.refusals.forget(key);
    if (limit.lockMs === undefined || state.count < limit.max) return this.use(limit, key, state);
    // The last allowed use turns the window into the lock, and refused ones do not prolong it, so a stranger cannot keep
    // the owner out by trying on. A crash before this line leaves the counter with the rest of its window: another
    // length, but a lock that ends by itself (R022).
    const lock = await this.locks.begin(limit, limit.lockMs, key);
    await this.counters.expire(key, lock.ms);
    return this.use(limit, key, state, lock);
  }

  private use(limit: RateLimit, key: string, { ttlMs }: CounterState, lock?: Lock): LimitedUse {
    const endsAt = this.clock.now() + ttlMs;
    return {
      giveBack: () =>
        leniently(async () => {
          const leftMs = endsAt - this.clock.now();
          // The window is over, and the next one's counter has nothing of this use.
          if (leftMs <= 0) return;
          await this.counters.decrement(key);
          if (lock) await Promise.all([this.counters.expire(key, leftMs), lock.takeBack()]);
          this.refusals.forget(key);
        }),
      clear: () => this.clearKey(limit, key),
    };
  }

  private clearKey(limit: RateLimit, key: string): Promise<void> {
    return leniently(async () => {
      await Promise.all([this.counters.delete(key), this.locks.forget(limit, key)]);
      this.refusals.forget(key);
    });
  }

  private refuseKnown(limit: RateLimit, key: string): void {
    const waitMs = this.refusals.waitOf(key);
    if (waitMs !== undefined) throw new RateLimitExceeded(limit, waitMs);
  }

  private record(limit: RateLimit, { kind, userId }: LimitSubject): Promise<void> {
    return this.audit.recordRefusal(limit.event ?? 'LOGIN_BLOCKED', {
      status: 'FAILURE',
      userId,
      reason: reasonOf(limit),
      details: { max: limit.max, windowSeconds: Math.ceil(limit.windowMs / 1000), countedFor: kind },
    });
  }
}

/** Such as 'login_account_limit'. */
function reasonOf({ name }: RateLimit): string {
  return `${name.replaceAll('-', '_')}_limit`;
}

/** A count that cannot be changed stays as it is, which errs on the safe side; what it was about is done and stands. */
async function leniently(work: () => Promise<void>): Promise<void> {
  await work().catch(() => undefined);
}
