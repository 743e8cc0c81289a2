import { describe, expect, it, vi } from 'vitest';
import { manualClock } from '../../test/support/transient-database';
import { MemoryTransientStore } from '../storage';
import type { AttackSuspectedPayload, HookRunner } from '../hooks';
import { FloodWatch } from './index';

const MINUTE = 60_000;

const flood = { alert: 100, restrict: 1000, unknownClients: 60, windowMs: MINUTE };
const lockout = {
  enabled: true,
  maxAttempts: 5,
  attemptWindowMs: 3_600_000,
  durationMs: 900_000,
  maxDurationMs: 3_600_000,
  resetOnSuccess: true,
};

function setUp({ instances = 1, options = flood as typeof flood | null, enabled = true }: SetUp = {}) {
  const clock = manualClock();
  const store = new MemoryTransientStore(clock);
  const alerts: AttackSuspectedPayload[] = [];
  const events: [string, unknown, unknown][] = [];
  const hooks: Pick<HookRunner, 'notify'> = {
    notify: (_name, payload) => void alerts.push(payload() as AttackSuspectedPayload),
  };
  const audit = {
    recordRefusal: async (type: string, { reason, details }: { reason?: unknown; details?: unknown }) =>
      void events.push([type, reason, details]),
  };
  const login = { network: undefined, flood: options ?? undefined };
  const limits = {
    login,
    refresh: { network: undefined },
    passkey: { network: undefined },
    signup: { network: undefined },
    passwordReset: { network: undefined },
  };
  const make = () => new FloodWatch(store, audit, hooks, { ...lockout, enabled }, limits, clock);
  const watches = Array.from({ length: instances }, make);
  const [watch] = watches;
  if (!watch) throw new Error('one instance at least');
  /** Failures in turn over all instances. */
  const fail = async (count: number, networkOf = (i: number) => `10.0.${i >> 8}.${i & 255}`) => {
    for (let i = 0; i < count; i += 1) await watches[i % instances]?.failed(networkOf(i), true);
  };
  /** How many of so many strangers pass. */
  const strangers = (count: number, on = watch): number => {
    let passed = 0;
    for (let i = 0; i < count; i += 1) {
      if (!on.refusalOfStranger()) passed += 1;
    }
    return passed;
  };
  return { clock, store, watch, watches, alerts, events, hooks, fail, strangers };
}

interface SetUp {
  instances?: number;
  options?: typeof flood | null;
  enabled?: boolean;
}

describe('FloodWatch (R027)', () => {
  it('raises one alert for 200 failures of 200 networks within a minute, over all instances', async () => {
    for (const instances of [1, 2, 5]) {
      const { alerts, events, fail } = setUp({ instances });
      await fail(200);
      expect(alerts).toEqual([
        { failures: 100, networks: 100 / instances, windowSeconds: 60, isRestricted: false },
      ]);
      const details = { failures: 100, networks: 100 / instances, windowSeconds: 60 };
      expect(events).toEqual([['SUSPICIOUS_ACTIVITY', 'failed_login_flood', details]]);
    }
  });

  it('raises none below, none over a longer time, and none for a single network', async () => {
    const { clock, alerts, fail } = setUp();
    await fail(99);
    await clock.advance(MINUTE);
    await fail(99);
    await clock.advance(MINUTE);
    await fail(500, () => '1.2.3.4');
    expect(alerts).toEqual([]);
  });

  it('raises the alert again in the next window, and not twice in one', async () => {
    const { clock, alerts, fail } = setUp();
    await fail(400);
    expect(alerts).toHaveLength(1);
    await clock.advance(MINUTE);
    await fail(400);
    expect(alerts).toHaveLength(2);
  });

  it('asks only once a window, in each process, whether it is the first to raise it', async () => {
    const { store, fail } = setUp();
    const increment = vi.spyOn(store, 'increment');
    await fail(400);
    expect(increment.mock.calls.filter(([key]) => key.endsWith(':suspected'))).toHaveLength(1);
  });

  it('forgets the networks of before when the clock is set back', async () => {
    const { clock, alerts, fail } = setUp();
    await fail(50);
    await clock.advance(-60 * MINUTE);
    await fail(500, () => '1.2.3.4');
    expect(alerts).toEqual([]);
  });

  it('remembers 1000 networks at most', async () => {
    const { alerts, fail } = setUp({ options: { ...flood, alert: 2000, restrict: 5000 } });
    await fail(2000);
    expect(alerts.map(({ networks }) => networks)).toEqual([1000]);
  });

  it('holds strangers back from the second threshold on, but for a few', async () => {
    const { watch, alerts, events, fail, strangers } = setUp();
    await fail(990);
    expect([watch.isOn, strangers(100)]).toEqual([false, 100]);
    await fail(10);
    expect(alerts.map(({ isRestricted }) => isRestricted)).toEqual([false, true]);
    expect(events.map(([, reason]) => reason)).toEqual(['failed_login_flood', 'unknown_clients_held_back']);
    expect([watch.isOn, strangers(100)]).toEqual([true, 60]);
    expect(watch.refusalOfStranger()).toMatchObject({ code: 'RATE_LIMIT_LOGIN', retryAfter: 60 });
  });

  it('makes every instance hold them back that sees a part of it', async () => {
    const { watches, fail, strangers } = setUp({ instances: 3 });
    await fail(1100);
    expect(watches.map((watch) => strangers(100, watch))).toEqual([60, 60, 60]);
  });

  it('goes on for as long as those that pass fail, and ends when they do not', async () => {
    const { clock, watch, fail, strangers } = setUp();
    await fail(1000);
    for (let minute = 0; minute < 3; minute += 1) {
      expect(strangers(3000)).toBe(60);
      for (let i = 0; i < 60; i += 1) await watch.failed(`10.1.0.${i}`, true);
      await clock.advance(MINUTE);
      expect(watch.isOn).toBe(true);
    }
    expect(strangers(3000)).toBe(60);
    // Of those that passed, twelve gave a wrong password: 2940 others would have made 588 failures.
    for (let i = 0; i < 12; i += 1) await watch.failed(`10.1.0.${i}`, true);
    // Mistakes of clients that an account knows say nothing of strangers.
    for (let i = 0; i < 60; i += 1) await watch.failed(`10.2.0.${i}`, false);
    await clock.advance(MINUTE);
    expect(watch.isOn).toBe(false);
  });

  it('ends when the attack does', async () => {
    const { clock, watch, fail, strangers } = setUp();
    await fail(1000);
    expect(strangers(100)).toBe(60);
    await clock.advance(MINUTE);
    expect([watch.isOn, strangers(100)]).toEqual([false, 100]);
  });

  it('may let no stranger pass at all', async () => {
    const { clock, watch, fail, strangers } = setUp({ options: { ...flood, unknownClients: 0 } });
    await fail(1000);
    expect(strangers(1000)).toBe(0);
    await clock.advance(MINUTE);
    expect(watch.isOn).toBe(true);
  });

  it('asks the store once for ten failures', async () => {
    const { store, fail } = setUp();
    let trips = 0;
    const increment = store.increment.bind(store);
    store.increment = (...given) => {
      trips += 1;
      return increment(...given);
    };
    await fail(90);
    expect(trips).toBe(9);
  });

  it('changes no answer when something it needs fails', async () => {
    const { store, hooks, fail } = setUp();
    hooks.notify = () => {
      throw new Error('broken');
    };
    await fail(150);
    store.increment = () => Promise.reject(new Error('down'));
    await fail(150);
  });

  it('does nothing when it or the lockout is switched off', async () => {
    for (const off of [{ enabled: false }, { options: null }]) {
      const { store, watch, alerts, fail, strangers } = setUp(off);
      await fail(2000);
      expect([watch.isOn, strangers(100), alerts, store.size]).toEqual([false, 100, [], 0]);
    }
  });
});
