import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisProcess } from '../../test/support/redis-process';
import { describeOwnRedis } from '../../test/support/services';
import { silentAudit } from '../../test/support/silent-audit';
import { manualClock } from '../../test/support/transient-database';
import { systemClock } from '../common';
import { MemoryTransientStore, RedisTransientStore } from '../storage';
import {
  accountSubject,
  RateLimiter,
  RateLimitExceeded,
  ResilientCounters,
  type Counters,
  type RateLimit,
} from './index';

const MINUTE = 60_000;
const down = () => Promise.reject(new Error('down'));
const silent = () => new Promise<never>(() => undefined);

const limit: RateLimit = {
  name: 'login',
  max: 5,
  windowMs: 15 * MINUTE,
  code: 'RATE_LIMIT_LOGIN',
  believeMs: 2000,
};

async function passes(limiter: RateLimiter, subject: string, tries: number): Promise<number> {
  let passed = 0;
  for (let i = 0; i < tries; i += 1) {
    const use = await limiter.take(limit, accountSubject(subject)).catch(() => undefined);
    if (use) passed += 1;
  }
  return passed;
}

const lines: unknown[] = [];

beforeEach(() => {
  lines.length = 0;
  vi.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void lines.push(line));
});
afterEach(() => void vi.restoreAllMocks());

describe('ResilientCounters (R149)', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  function setUp() {
    const clock = manualClock();
    const store = new MemoryTransientStore(clock);
    const working = { ...bound(store) };
    const backing: Counters = { ...working };
    const counters = new ResilientCounters(backing, clock);
    return {
      clock,
      counters,
      limiter: new RateLimiter(counters, silentAudit, clock),
      fail: (how: () => Promise<never> = down) =>
        Object.assign(backing, { increment: how, decrement: how, delete: how, expire: how }),
      recover: () => {
        Object.assign(backing, working);
        vi.advanceTimersByTime(1000);
      },
    };
  }

  it('gives each subject the same limit while the store is down, and never more', async () => {
    const { limiter, fail } = setUp();
    expect(await passes(limiter, 'ada', 3)).toBe(3);
    fail();
    expect(await passes(limiter, 'ada', 50)).toBe(5);
    expect(await passes(limiter, 'bob', 50)).toBe(5);
  });

  it('goes on counting what was counted locally when the store is back: no fresh budget', async () => {
    const { limiter, clock, fail, recover } = setUp();
    fail();
    expect(await passes(limiter, 'ada', 3)).toBe(3);
    expect(await passes(limiter, 'bob', 9)).toBe(5);
    recover();
    expect(await passes(limiter, 'ada', 9)).toBe(2);
    vi.advanceTimersByTime(3000);
    expect(await passes(limiter, 'bob', 9)).toBe(0);
    await clock.advance(limit.windowMs);
    expect(await passes(limiter, 'ada', 9)).toBe(5);
    expect(await passes(limiter, 'bob', 9)).toBe(5);
  });

  it('adds what the store knew from before', async () => {
    const { limiter, fail, recover } = setUp();
    expect(await passes(limiter, 'ada', 3)).toBe(3);
    fail();
    expect(await passes(limiter, 'ada', 1)).toBe(1);
    recover();
    expect(await passes(limiter, 'ada', 9)).toBe(1);
  });

  it('gives back and clears what was counted locally', async () => {
    const { limiter, fail, recover } = setUp();
    fail();
    for (let i = 0; i < 20; i += 1) await (await limiter.take(limit, accountSubject('ada'))).giveBack();
    expect(await passes(limiter, 'ada', 4)).toBe(4);
    await (await limiter.take(limit, accountSubject('ada'))).clear();
    expect(await passes(limiter, 'ada', 9)).toBe(5);
    recover();
    expect(await passes(limiter, 'carol', 9)).toBe(5);
  });

  it('locks for the time it should', async () => {
    const { counters, clock, fail } = setUp();
    const limiter = new RateLimiter(counters, silentAudit, clock);
    const locking = { ...limit, lockMs: MINUTE };
    fail();
    for (let i = 0; i < 5; i += 1) await limiter.take(locking, accountSubject('ada'));
    await expect(limiter.take(locking, accountSubject('ada'))).rejects.toMatchObject({ retryAfter: 60 });
    await clock.advance(MINUTE);
    await limiter.take(locking, accountSubject('ada'));
  });

  it('locks for longer each time without the store, and when it is back', async () => {
    const { limiter, clock, fail, recover } = setUp();
    const locking = { ...limit, lockMs: MINUTE, maxLockMs: 60 * MINUTE };
    const lock = async (): Promise<unknown> => {
      for (let i = 0; i < 5; i += 1) await limiter.take(locking, accountSubject('ada'));
      const refusal: unknown = await limiter.take(locking, accountSubject('ada')).catch((e: unknown) => e);
      const seconds = refusal instanceof RateLimitExceeded ? refusal.retryAfter : undefined;
      await clock.advance((seconds ?? 0) * 1000);
      return seconds;
    };
    expect(await lock()).toBe(60);
    fail();
    // Each instance by itself knows nothing of the store's.
    expect([await lock(), await lock()]).toEqual([60, 120]);
    recover();
    expect([await lock(), await lock()]).toEqual([480, 960]);
  });

  it('waits for a silent store once, half a second, and not again within a second', async () => {
    const { limiter, fail } = setUp();
    let asked = 0;
    fail(() => {
      asked += 1;
      return silent();
    });
    const start = Date.now();
    const first = await Promise.all(['a', 'b', 'c'].map((subject) => passes(limiter, subject, 1)));
    expect([first, asked]).toEqual([[1, 1, 1], 3]);
    expect(Date.now() - start).toBeGreaterThan(450);
    // By the clock that has been stopped, no time has passed since.
    expect(await passes(limiter, 'a', 9)).toBe(4);
    expect(asked).toBe(3);
    vi.advanceTimersByTime(1000);
    const again = await Promise.all(['d', 'e', 'f'].map((subject) => passes(limiter, subject, 1)));
    expect([again, asked]).toEqual([[1, 1, 1], 4]);
  });

  it('says once that the store is gone, and once that it is back', async () => {
    const { limiter, fail, recover } = setUp();
    fail();
    await passes(limiter, 'ada', 9);
    await passes(limiter, 'bob', 9);
    recover();
    await passes(limiter, 'carol', 3);
    expect(lines).toEqual([
      expect.stringContaining('does not answer'),
      expect.stringContaining('answers again'),
    ]);
  });

  it('keeps counters of 50,000 subjects at most', async () => {
    const { counters, fail } = setUp();
    fail();
    await counters.increment('first', MINUTE);
    for (let i = 0; i < 50_000; i += 1) await counters.increment(`flood-${i}`, MINUTE);
    expect((await counters.increment('flood-49999', MINUTE)).count).toBe(2);
    expect((await counters.increment('first', MINUTE)).count).toBe(1);
  });
});

describeOwnRedis('limits on a Redis that dies and comes back (R149)', () => {
  let redis: RedisProcess;
  let one: RateLimiter;
  let other: RateLimiter;
  const stores: RedisTransientStore[] = [];

  beforeAll(async () => {
    redis = await RedisProcess.start({ args: ['--save', ''] });
    const instance = async (): Promise<RateLimiter> => {
      const store = new RedisTransientStore({ url: redis.url });
      stores.push(store);
      await store.open();
      return new RateLimiter(new ResilientCounters(store, systemClock), silentAudit, systemClock);
    };
    one = await instance();
    other = await instance();
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
    await redis.stop();
  });

  /** Milliseconds until a use of one instance counts for the other. */
  async function untilShared(): Promise<number> {
    const start = performance.now();
    for (;;) {
      const subject = randomBytes(6).toString('hex');
      if ((await passes(one, subject, 1)) === 1 && (await passes(other, subject, 9)) === 4) break;
      if (performance.now() - start > 15_000) throw new Error('limits are not shared again');
      await sleep(50);
    }
    return performance.now() - start;
  }

  it.each(['kill', 'freeze'] as const)(
    '%s: as many tries as allowed, quickly, and recovery',
    async (fault) => {
      expect(await passes(one, `${fault}-before`, 9)).toBe(5);
      if (fault === 'kill') await redis.kill();
      else redis.freeze();
      const times: number[] = [];
      let passed = 0;
      for (let i = 0; i < 200; i += 1) {
        const start = performance.now();
        passed += await passes(one, `${fault}-${i % 10}`, 1);
        times.push(performance.now() - start);
      }
      expect(passed).toBe(50);
      expect(times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]).toBeLessThan(1000);
      if (fault === 'kill') await redis.launch();
      else redis.thaw();
      expect(await untilShared()).toBeLessThan(5000);
      for (let i = 0; i < 10; i += 1) expect(await passes(one, `${fault}-${i}`, 9)).toBe(0);
    },
  );
});

function bound(store: MemoryTransientStore): Counters {
  return {
    increment: (key, ttlMs) => store.increment(key, ttlMs),
    decrement: (key) => store.decrement(key),
    delete: (key) => store.delete(key),
    expire: (key, ttlMs) => store.expire(key, ttlMs),
  };
}
