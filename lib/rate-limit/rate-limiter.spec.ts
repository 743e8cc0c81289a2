import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeEachStore, type StoreInstances } from '../../test/support/counter-stores';
import { silentAudit } from '../../test/support/silent-audit';
import { manualClock } from '../../test/support/transient-database';
import { NAuthException } from '../errors';
import { MemoryTransientStore } from '../storage';
import {
  accountSubject,
  deviceSubject,
  limitKey,
  nameSubject,
  networkSubject,
  RateLimiter,
  recipientSubject,
  type LimitSubject,
  type RateLimit,
} from './index';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const login: RateLimit = {
  name: 'login',
  max: 5,
  windowMs: HOUR,
  lockMs: 15 * MINUTE,
  code: 'RATE_LIMIT_LOGIN',
  believeMs: 2000,
};
const network: RateLimit = {
  name: 'network',
  max: 3,
  windowMs: MINUTE,
  code: 'RATE_LIMIT_LOGIN',
  believeMs: MINUTE,
};
const ada = accountSubject('ada');

/** 'pass', or the seconds after which the refusal says to try again; 'down' when the store took too long. */
async function attempt(
  limiter: RateLimiter,
  limit = login,
  subject = ada,
): Promise<'pass' | 'down' | number | undefined> {
  try {
    await limiter.take(limit, subject);
    return 'pass';
  } catch (error) {
    if (error instanceof NAuthException && error.code === 'SERVICE_UNAVAILABLE') return 'down';
    if (!(error instanceof NAuthException) || error.code !== limit.code) throw error;
    return error.retryAfter;
  }
}

async function times(count: number, limiter: RateLimiter, limit = login, subject = ada) {
  const results: Awaited<ReturnType<typeof attempt>>[] = [];
  for (let i = 0; i < count; i += 1) results.push(await attempt(limiter, limit, subject));
  return results;
}

/** Whether each use passed; for stores whose clock cannot be stopped. */
async function outcomes(count: number, limiter: RateLimiter, limit = login, subject = ada) {
  return (await times(count, limiter, limit, subject)).map((result) => result === 'pass');
}

const passes = (count: number): 'pass'[] => Array<'pass'>(count).fill('pass');

/** A limiter on a memory store whose round trips are counted. */
function setUp() {
  const clock = manualClock();
  const store = new MemoryTransientStore(clock);
  let trips = 0;
  const increment = store.increment.bind(store);
  store.increment = (...given) => {
    trips += 1;
    return increment(...given);
  };
  return {
    clock,
    store,
    limiter: new RateLimiter(store, silentAudit, clock),
    trips: () => {
      const seen = trips;
      trips = 0;
      return seen;
    },
  };
}

describeEachStore('RateLimiter', (name, open) => {
  let instances: StoreInstances;
  let limiters: readonly [RateLimiter, RateLimiter];
  let account: RateLimit;
  let place: RateLimit;
  let serial = 0;

  beforeAll(async () => {
    instances = await open();
  });
  afterAll(() => instances.dispose());
  beforeEach(() => {
    const [first, second] = instances.stores;
    limiters = [
      new RateLimiter(first, silentAudit, instances.clock),
      new RateLimiter(second, silentAudit, instances.clock),
    ];
    // Counters of their own for each test.
    serial += 1;
    account = { ...login, name: `login-${serial}` };
    place = { ...network, name: `network-${serial}` };
  });

  it('lets exactly as many of 200 parallel uses on two instances pass as allowed (R021)', async () => {
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, index) => attempt(limiters[index % 2 ? 1 : 0], account)),
    );
    const passed = results.filter((result) => result === 'pass').length;
    const down = results.filter((result) => result === 'down').length;
    // What a busy machine could not count in time may have been counted all the same.
    expect(passed).toBeLessThanOrEqual(5);
    expect(passed + down).toBeGreaterThanOrEqual(5);
    for (const seconds of results.filter((result) => typeof result === 'number')) {
      expect(Number.isInteger(seconds)).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(3600);
    }
  });

  it('counts for all instances, and what one of them gives back all of them have', async () => {
    const [one, other] = limiters;
    expect(await outcomes(2, one, place)).toEqual([true, true]);
    const use = await other.take(place, ada);
    await use.giveBack();
    expect(await outcomes(2, other, place)).toEqual([true, false]);
    expect(await outcomes(1, one, place)).toEqual([false]);
  });

  it('clears the count of one subject under one limit', async () => {
    const [one, other] = limiters;
    await times(3, one, account);
    const use = await one.take(account, ada);
    await times(2, other, place);
    await times(5, other, account, nameSubject('ada'));
    await use.clear();
    expect(await outcomes(6, other, account)).toEqual([true, true, true, true, true, false]);
    expect(await outcomes(2, one, place)).toEqual([true, false]);
    expect(await outcomes(1, one, account, nameSubject('ada'))).toEqual([false]);
  });

  it('gives every subject the same sequence and a count of its own', async () => {
    const [one] = limiters;
    const subjects: LimitSubject[] = [
      accountSubject('x'),
      accountSubject('x', 'device:1'),
      ...['known@example.com', 'nobody@example.com', '', '__proto__', 'x'.repeat(1_000_000), 'ü\n:*'].map(
        nameSubject,
      ),
      networkSubject('1.2.3.4'),
      deviceSubject('1.2.3.4'),
    ];
    for (const subject of subjects) {
      expect(await outcomes(7, one, account, subject)).toEqual([true, true, true, true, true, false, false]);
    }
  });

  it('locks for longer and longer, whichever instance counts, and anew after a right use (R021, R023)', async () => {
    const limit = { ...account, maxLockMs: HOUR };
    const key = limitKey(limit.name, ada);
    /** A lock by the last of many uses at once; the minutes that it lasts, and its end as if they had passed. */
    const lock = async (): Promise<number> => {
      const two = instances.stores.map((store) => new RateLimiter(store, silentAudit, instances.clock));
      await Promise.all(two.flatMap((limiter) => times(10, limiter, limit)));
      const { ttlMs } = await instances.stores[0].increment(key, 1);
      await instances.stores[1].delete(key);
      await instances.stores[0].expire(`${key}:locks`, limit.windowMs);
      return Math.ceil(ttlMs / MINUTE);
    };
    expect([await lock(), await lock(), await lock(), await lock()]).toEqual([15, 30, 60, 60]);
    await (await limiters[1].take(limit, ada)).clear();
    expect([await lock(), await lock()]).toEqual([15, 30]);
    expect(await times(1, limiters[0], limit, nameSubject('ada'))).toEqual(['pass']);
  });

  if (name === 'redis') return;

  it('remembers a lock until a window after its end (R023)', async () => {
    const [one, other] = limiters;
    const limit = { ...account, maxLockMs: HOUR };
    expect(await times(6, one, limit)).toEqual([...passes(5), 900]);
    await instances.clock.advance(15 * MINUTE + HOUR - 1);
    expect(await times(6, other, limit)).toEqual([...passes(5), 1800]);
    await instances.clock.advance(30 * MINUTE + HOUR);
    expect(await times(6, one, limit)).toEqual([...passes(5), 900]);
  });

  it('locks for no longer for what was no lock, or the same one', async () => {
    const [one] = limiters;
    const limit = { ...account, maxLockMs: HOUR };
    await times(4, one, limit);
    for (let i = 0; i < 3; i += 1) await (await one.take(limit, ada)).giveBack();
    await instances.clock.advance(20 * MINUTE);
    expect(await times(2, one, limit)).toEqual(['pass', 900]);
    await instances.clock.advance(15 * MINUTE);
    const uses = [await one.take(limit, ada), await one.take(limit, ada)];
    for (let i = 0; i < 3; i += 1) await one.take(limit, ada);
    // Locked by the fifth, and again by those in the place of two that were given back.
    for (const use of uses) {
      await use.giveBack();
      expect(await attempt(one, limit)).toBe('pass');
    }
    expect(await attempt(one, limit)).toBe(1800);
    await instances.clock.advance(30 * MINUTE);
    await times(4, one, limit);
    await (await one.take(limit, ada)).giveBack();
    await instances.clock.advance(30 * MINUTE);
    expect(await times(2, one, limit)).toEqual(['pass', 3600]);
  });

  it('locks for a time from the last allowed use on, and refused ones do not prolong it', async () => {
    const [one] = limiters;
    await times(4, one, account);
    await instances.clock.advance(50 * MINUTE);
    expect(await times(2, one, account)).toEqual(['pass', 900]);
    await instances.clock.advance(15 * MINUTE - 1);
    expect(await attempt(one, account)).toBe(1);
    await instances.clock.advance(1);
    expect(await times(6, one, account)).toEqual([...passes(5), 900]);
  });

  it('may lock for longer than the window', async () => {
    const [one] = limiters;
    const limit = { ...account, windowMs: MINUTE, lockMs: HOUR };
    await times(5, one, limit);
    await instances.clock.advance(HOUR - 1000);
    expect(await attempt(one, limit)).toBe(1);
    await instances.clock.advance(1000);
    expect(await attempt(one, limit)).toBe('pass');
  });

  it('forgets uses when their window is over', async () => {
    const [one] = limiters;
    await times(4, one, account);
    await instances.clock.advance(HOUR);
    expect(await times(5, one, account)).toEqual(passes(5));
  });

  it('takes nothing out of the next window, and gives a lock back with what was left of its window', async () => {
    const [one] = limiters;
    const late = await one.take(place, ada);
    await instances.clock.advance(MINUTE);
    expect(await times(3, one, place)).toEqual(passes(3));
    await late.giveBack();
    expect(await attempt(one, place)).toBe(60);

    await times(4, one, account);
    const last = await one.take(account, ada);
    await last.giveBack();
    await instances.clock.advance(30 * MINUTE);
    expect(await times(2, one, account)).toEqual(['pass', 900]);
  });
});

describe('RateLimiter', () => {
  it('refuses with its code, 429 and whole seconds in details and Retry-After (R030)', async () => {
    const { limiter, clock } = setUp();
    await times(3, limiter, network);
    await clock.advance(500);
    const refusal: unknown = await limiter.take(network, ada).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'RATE_LIMIT_LOGIN', retryAfter: 60, details: { retryAfter: 60 } });
    expect(refusal instanceof NAuthException && refusal.getStatus()).toBe(429);
  });

  it('writes one audit event a window and subject, over all instances (R030)', async () => {
    const { clock, store } = setUp();
    const events: unknown[] = [];
    const audit = { recordRefusal: async (...event: unknown[]) => void events.push(event) };
    const limiters = Array.from({ length: 4 }, () => new RateLimiter(store, audit, clock));
    const round = (limit: RateLimit) =>
      Promise.all(limiters.flatMap((limiter) => Array.from({ length: 10 }, () => attempt(limiter, limit))));
    for (let window = 1; window <= 2; window += 1) {
      await round(network);
      await round(network);
      expect(events).toHaveLength(window);
      await clock.advance(MINUTE);
    }
    await round({ ...login, event: 'SUSPICIOUS_ACTIVITY' });
    const entry = { status: 'FAILURE', userId: 'ada' };
    expect(events.slice(1)).toEqual([
      [
        'LOGIN_BLOCKED',
        { ...entry, reason: 'network_limit', details: { max: 3, windowSeconds: 60, countedFor: 'account' } },
      ],
      [
        'SUSPICIOUS_ACTIVITY',
        { ...entry, reason: 'login_limit', details: { max: 5, windowSeconds: 3600, countedFor: 'account' } },
      ],
    ]);
  });

  it('still ends a lock when the process dies before it is set (R022)', async () => {
    const { limiter, store, clock } = setUp();
    await times(4, limiter);
    store.expire = () => Promise.reject(new Error('killed'));
    await expect(limiter.take(login, ada)).rejects.toThrow('killed');
    expect(await attempt(limiter)).toBe(3600);
    await clock.advance(HOUR);
    expect(await attempt(limiter)).toBe('pass');
  });

  it('ends what it remembers of locks when the process dies in between (R022)', async () => {
    const { limiter, store, clock } = setUp();
    const limit = { ...login, maxLockMs: HOUR };
    const expire = store.expire.bind(store);
    store.expire = () => Promise.reject(new Error('killed'));
    await times(4, limiter, limit);
    await expect(limiter.take(limit, ada)).rejects.toThrow('killed');
    store.expire = expire;
    await clock.advance(HOUR);
    expect(await times(6, limiter, limit)).toEqual([...passes(5), 900]);
  });

  it('names whole seconds up to the end of a long lock, also where the clock is set back (R030)', async () => {
    const { limiter, clock } = setUp();
    const limit = { ...login, windowMs: MINUTE, maxLockMs: HOUR };
    for (const minutes of [15, 30]) {
      await times(5, limiter, limit);
      await clock.advance(minutes * MINUTE);
    }
    await times(5, limiter, limit);
    const seconds = [];
    for (const waitMs of [-30 * MINUTE, 30 * MINUTE + 1, HOUR - 2, 0]) {
      await clock.advance(waitMs);
      seconds.push(await attempt(limiter, limit));
    }
    expect(seconds).toEqual([3600, 3600, 1, 1]);
  });

  it('lets the next one in at once where uses were given back after a refusal', async () => {
    const { limiter } = setUp();
    const uses = [await limiter.take(login, ada), await limiter.take(login, ada)];
    expect(await times(4, limiter)).toEqual([...passes(3), 900]);
    // The refused one is counted too.
    for (const use of uses) await use.giveBack();
    expect(await times(2, limiter)).toEqual(['pass', 900]);
  });

  it('asks the store once for many uses beyond the limit', async () => {
    const { limiter, trips } = setUp();
    await times(3, limiter, network);
    expect(trips()).toBe(3);
    expect(await times(100, limiter, network)).toEqual(Array(100).fill(60));
    expect(trips()).toBe(1);
    expect(() => limiter.assertNotRefused(network, ada)).toThrow(NAuthException);
    expect(() => limiter.assertNotRefused(network, nameSubject('other'))).not.toThrow();
    expect(() => limiter.assertNotRefused(undefined, ada)).not.toThrow();
  });

  describe('in the course of time', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
    afterEach(() => void vi.useRealTimers());

    it('asks again, one use at a time and less and less often', async () => {
      const { limiter, trips } = setUp();
      await times(4, limiter, network);
      trips();
      const asked: number[] = [];
      for (let second = 1; second <= 64; second += 1) {
        vi.advanceTimersByTime(1000);
        const results = await Promise.all(Array.from({ length: 20 }, () => attempt(limiter, network)));
        expect(results).toEqual(Array(20).fill(60));
        if (trips() > 0) asked.push(second);
      }
      expect(asked).toEqual([1, 3, 7, 15, 31, 63]);
    });

    it('sees after a second what another instance has cleared, and after two at most from then on', async () => {
      const { limiter, clock, store } = setUp();
      const elsewhere = new RateLimiter(store, silentAudit, clock);
      await times(6, limiter);
      vi.advanceTimersByTime(1000);
      expect(await times(2, limiter)).toEqual([900, 900]);
      await (await elsewhere.take({ ...login, max: 100 }, ada)).clear();
      vi.advanceTimersByTime(1999);
      expect(await attempt(limiter)).toBe(900);
      vi.advanceTimersByTime(1);
      expect(await times(5, limiter)).toEqual(passes(5));
    });

    it('neither asks nor names a longer time when the clock is set back', async () => {
      const { limiter, clock, trips } = setUp();
      await times(4, limiter, network);
      trips();
      await clock.advance(-30 * MINUTE);
      expect(await attempt(limiter, network)).toBe(60);
      expect(trips()).toBe(0);
    });
  });

  it('counts nothing for a limit that is switched off', async () => {
    const { limiter, store } = setUp();
    const use = await limiter.take(undefined, ada);
    await use.giveBack();
    await use.clear();
    await limiter.note(undefined, ada);
    expect(await limiter.during(undefined, ada, () => Promise.resolve('done'))).toBe('done');
    expect(store.size).toBe(0);
  });

  it('refuses when it cannot count, and lets stand what it cannot give back', async () => {
    const { limiter, store } = setUp();
    const use = await limiter.take(login, ada);
    const down = () => Promise.reject(new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1 }));
    store.decrement = down;
    store.delete = down;
    await expect(use.giveBack()).resolves.toBeUndefined();
    await expect(use.clear()).resolves.toBeUndefined();
    store.increment = down;
    await expect(limiter.take(login, ada)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  describe('during', () => {
    it('lets more right uses at once pass than the limit, when each is given back', async () => {
      const { limiter } = setUp();
      let running = 0;
      let most = 0;
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          limiter.during(login, ada, async (use) => {
            running += 1;
            most = Math.max(most, running);
            await sleep(1);
            running -= 1;
            await use.clear();
            return index;
          }),
        ),
      );
      expect(results).toEqual(Array.from({ length: 50 }, (_, index) => index));
      expect(most).toBe(5);
    });

    it('does no more work than allowed when none is given back, and refuses the rest at once', async () => {
      const { limiter, trips } = setUp();
      let worked = 0;
      const results = await Promise.allSettled(
        Array.from({ length: 200 }, () =>
          limiter.during(login, ada, async () => {
            worked += 1;
            await sleep(1);
          }),
        ),
      );
      expect(worked).toBe(5);
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(195);
      // Those that were waiting learn from the first one that is refused.
      expect(trips()).toBeLessThanOrEqual(10);
    });

    it('gives its place on when the work fails', async () => {
      const { limiter } = setUp();
      const limit = { ...login, max: 1 };
      const fail = limiter.during(limit, ada, async (use) => {
        await use.giveBack();
        throw new Error('broken');
      });
      const next = limiter.during(limit, ada, () => Promise.resolve('next'));
      await expect(fail).rejects.toThrow('broken');
      expect(await next).toBe('next');
    });

    it('refuses those for whom there is no room to wait', async () => {
      const { limiter } = setUp();
      let finish: () => void = () => undefined;
      const wait = new Promise<void>((resolve) => (finish = resolve));
      const small = { ...login, max: 1 };
      const work = () => limiter.during(small, ada, (use) => wait.then(() => use.giveBack()));
      const all = Promise.allSettled(Array.from({ length: 300 }, work));
      finish();
      const refused = (await all).flatMap((result) =>
        result.status === 'rejected' ? [result.reason as unknown] : [],
      );
      expect(refused).toHaveLength(300 - 1 - 256);
      expect(refused[0]).toMatchObject({ code: 'RATE_LIMIT_LOGIN', retryAfter: 1 });
    });
  });

  describe('note', () => {
    it('counts what has happened and refuses from the limit on, without a round trip, until the window ends', async () => {
      const { limiter, clock, trips } = setUp();
      await limiter.note(network, ada);
      await limiter.note(network, ada);
      expect(() => limiter.assertNotRefused(network, ada)).not.toThrow();
      await limiter.note(network, ada);
      expect(trips()).toBe(3);
      expect(() => limiter.assertNotRefused(network, ada)).toThrow(
        expect.objectContaining({ code: 'RATE_LIMIT_LOGIN', retryAfter: 60 }),
      );
      await clock.advance(MINUTE - 1);
      expect(() => limiter.assertNotRefused(network, ada)).toThrow(NAuthException);
      await clock.advance(1);
      expect(() => limiter.assertNotRefused(network, ada)).not.toThrow();
    });

    it('never throws', async () => {
      const { limiter, store } = setUp();
      store.increment = () => Promise.reject(new Error('down'));
      await limiter.note(network, ada);
      await limiter.note(undefined, ada);
    });
  });
});

describe('limits for each recipient', () => {
  const limit: RateLimit = {
    name: 'mail',
    max: 3,
    windowMs: 10 * MINUTE,
    code: 'RATE_LIMIT_EMAIL',
    believeMs: MINUTE,
  };

  it('count all spellings and tags of an address together (R028)', async () => {
    const { limiter } = setUp();
    const spellings = ['Ada@Example.com', ' ada@example.COM ', 'ada+shop@example.com', 'ada+a+b@example.com'];
    const results = [];
    for (const address of spellings) results.push(await attempt(limiter, limit, recipientSubject(address)));
    expect(results).toEqual(['pass', 'pass', 'pass', 600]);
    expect(await attempt(limiter, limit, recipientSubject('bob@example.com'))).toBe('pass');
  });

  it('count all spellings of a phone number together', async () => {
    const { limiter } = setUp();
    const sms: RateLimit = { ...limit, name: 'sms', code: 'RATE_LIMIT_SMS', max: 1 };
    expect(await attempt(limiter, sms, recipientSubject('+41 44 668 18 00'))).toBe('pass');
    expect(await attempt(limiter, sms, recipientSubject('+41446681800'))).toBe(600);
    expect(await attempt(limiter, sms, recipientSubject('+41446681801'))).toBe('pass');
  });

  it('take nothing that is no recipient', () => {
    for (const wrong of ['', 'ada', 'a@x,b@y', '123'])
      expect(() => recipientSubject(wrong)).toThrow(RangeError);
  });
});
