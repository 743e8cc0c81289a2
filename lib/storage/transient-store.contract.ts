import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TransientStore } from './transient-store';

export interface StoreUnderTest {
  /** Two instances of the host on one backing; the same object for a store of one process. */
  stores: readonly [TransientStore, TransientStore];
  /** A time to live that is long enough for a few operations, in milliseconds. */
  unit: number;
  /** Lets this much time pass for the store. */
  advance(milliseconds: number): Promise<void>;
  /** Drops what the suite made and closes everything. */
  dispose(): Promise<void>;
}

const CALLERS = 100;

function numbers(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

/** What every adapter of the port must do. */
export function transientStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`TransientStore on ${name}`, () => {
    let subject: StoreUnderTest | undefined;
    let serial = 0;

    beforeAll(async () => {
      subject = await open();
    });

    afterAll(async () => {
      await subject?.dispose();
    });

    function setUp() {
      if (!subject) throw new Error('not open');
      const { stores, unit, advance } = subject;
      serial += 1;
      const inParallel = <T>(call: (store: TransientStore, caller: number) => Promise<T>) =>
        Promise.all(Array.from({ length: CALLERS }, (_, i) => call(i % 2 ? stores[1] : stores[0], i)));
      /** A third of the callers come before the time passes, a third while it does, and a third after that. */
      const aging = <T>(
        milliseconds: number,
        call: (store: TransientStore, caller: number) => Promise<T>,
      ): Promise<T[]> => {
        let passing: Promise<void> | undefined;
        return inParallel(async (store, caller) => {
          if (caller >= CALLERS / 3) passing ??= advance(milliseconds);
          if (caller >= (CALLERS * 2) / 3) await passing;
          return call(store, caller);
        });
      };
      const key = `contract:${serial}`;
      return { store: stores[0], peer: stores[1], unit, advance, inParallel, aging, key };
    }

    it('gives a value back until it is over', async () => {
      const { store, peer, unit, advance, key } = setUp();
      expect(await store.get(key)).toBeNull();
      await store.set(key, 'first', unit);
      await store.set(key, 'second', unit);
      expect(await peer.get(key)).toBe('second');
      await advance(unit);
      expect(await store.get(key)).toBeNull();
      expect(await store.take(key)).toBeNull();
    });

    it('keeps any text as it is', async () => {
      const { store, unit, key } = setUp();
      for (const value of ['', ' a ', "'; -- \\' :now ? $1", '{"a":"ü 😀"}', 'x'.repeat(20_000)]) {
        await store.set(key, value, unit * 10);
        expect(await store.get(key)).toBe(value);
        expect(await store.take(key)).toBe(value);
      }
    });

    it('lets one of 100 parallel takers have a value', async () => {
      const { store, unit, inParallel, key } = setUp();
      for (let round = 0; round < 5; round += 1) {
        await store.set(key, `value ${round}`, unit * 20);
        const taken = await inParallel((each) => each.take(key));
        expect(taken.filter((value) => value !== null)).toEqual([`value ${round}`]);
      }
    });

    it('counts 100 parallel increments from 1 to 100, each once', async () => {
      const { unit, inParallel, key } = setUp();
      const states = await inParallel((each) => each.increment(key, unit * 20));
      const counts = states.map((state) => state.count).sort((a, b) => a - b);
      expect(counts).toEqual(Array.from({ length: CALLERS }, (_, i) => i + 1));
      for (const { ttlMs } of states) {
        expect(ttlMs).toBeGreaterThan(0);
        expect(ttlMs).toBeLessThanOrEqual(unit * 20);
      }
    });

    it('sets the life of a counter once, and starts again at 1 after it', async () => {
      const { store, peer, unit, advance, inParallel, key } = setUp();
      expect(await store.increment(key, unit * 2)).toMatchObject({ count: 1 });
      await advance(unit);
      const second = await peer.increment(key, unit * 50);
      expect(second.count).toBe(2);
      expect(second.ttlMs).toBeLessThanOrEqual(unit);
      await advance(unit);
      const states = await inParallel((each) => each.increment(key, unit * 20));
      expect(Math.min(...states.map((state) => state.count))).toBe(1);
      expect(Math.max(...states.map((state) => state.count))).toBe(CALLERS);
      expect(Math.min(...states.map((state) => state.ttlMs))).toBeGreaterThan(unit * 10);
    });

    it('takes one off a counter, never below 0 and never changing its end', async () => {
      const { store, peer, unit, advance, key } = setUp();
      await store.decrement(key);
      expect(await store.increment(key, unit * 4)).toMatchObject({ count: 1 });
      await peer.increment(key, unit * 4);
      await store.decrement(key);
      expect((await peer.increment(key, unit * 4)).count).toBe(2);
      for (let i = 0; i < 4; i += 1) await peer.decrement(key);
      await advance(unit);
      // Counted down to 0 it is still the same counter.
      const again = await store.increment(key, unit * 50);
      expect(again.count).toBe(1);
      expect(again.ttlMs).toBeLessThanOrEqual(unit * 3);
      await advance(unit * 3);
      await store.decrement(key);
      expect((await store.increment(key, unit)).count).toBe(1);
    });

    it('counts 100 parallel decrements, each once, and stops at 0', async () => {
      const { store, unit, inParallel, key } = setUp();
      for (let i = 0; i < 20; i += 1) await store.increment(key, unit * 50);
      await Promise.all(Array.from({ length: 15 }, () => store.decrement(key)));
      expect((await store.increment(key, unit * 50)).count).toBe(6);
      await inParallel((each) => each.decrement(key));
      expect((await store.increment(key, unit * 50)).count).toBe(1);
    });

    it('loses nothing when 100 increments and 50 decrements meet', async () => {
      const { store, unit, inParallel, key } = setUp();
      for (let i = 0; i < 50; i += 1) await store.increment(key, unit * 50);
      await inParallel(async (each, caller) => {
        await each.increment(key, unit * 50);
        if (caller % 2) await each.decrement(key);
      });
      expect((await store.increment(key, unit * 50)).count).toBe(101);
    });

    it('lets one of 100 parallel callers set an absent value', async () => {
      const { store, unit, advance, inParallel, key } = setUp();
      const life = unit * 5;
      for (let round = 0; round < 3; round += 1) {
        const won = await inParallel((each, caller) => each.setIfAbsent(key, `caller ${caller}`, life));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await store.get(key)).toBe(`caller ${won.indexOf(true)}`);
        // The next round finds an expired value.
        await advance(life);
      }
    });

    it('does not prolong a value that setIfAbsent found', async () => {
      const { store, peer, unit, advance, key } = setUp();
      await store.set(key, 'mine', unit);
      expect(await peer.setIfAbsent(key, 'theirs', unit * 50)).toBe(false);
      await advance(unit);
      expect(await store.get(key)).toBeNull();
    });

    it('removes only the very value it is given', async () => {
      const { store, unit, advance, inParallel, key } = setUp();
      await store.set(key, 'Value', unit * 20);
      for (const other of ['value', 'VALUE', 'Value ', 'Valu', '', 'Valué']) {
        expect(await store.compareAndDelete(key, other)).toBe(false);
      }
      const removed = await inParallel((each) => each.compareAndDelete(key, 'Value'));
      expect(removed.filter(Boolean)).toHaveLength(1);
      expect(await store.get(key)).toBeNull();
      await store.set(key, 'over', unit);
      await advance(unit);
      expect(await store.compareAndDelete(key, 'over')).toBe(false);
    });

    it('gives a live key a new life', async () => {
      const { store, peer, unit, advance, key } = setUp();
      expect(await store.expire(key, unit)).toBe(false);
      await store.increment(key, unit);
      expect(await peer.expire(key, unit * 3)).toBe(true);
      await advance(unit * 2);
      const state = await store.increment(key, unit * 50);
      expect(state.count).toBe(2);
      expect(state.ttlMs).toBeLessThanOrEqual(unit);
      await advance(unit);
      expect(await store.expire(key, unit)).toBe(false);
      expect((await store.increment(key, unit)).count).toBe(1);
    });

    it('gives a value that expires among 100 takers to one of them at most', async () => {
      const { store, unit, aging, key } = setUp();
      for (let round = 0; round < 5; round += 1) {
        await store.set(key, `value ${round}`, unit);
        const taken = await aging(unit, (each) => each.take(key));
        expect(taken.filter((value) => value !== null).length).toBeLessThanOrEqual(1);
        expect(await store.get(key)).toBeNull();
      }
    });

    it('lets one of 100 callers take the place of a value that expires among them', async () => {
      const { store, unit, aging, key } = setUp();
      for (let round = 0; round < 5; round += 1) {
        await store.set(key, 'before', unit);
        const won = await aging(unit, (each, caller) => each.setIfAbsent(key, `caller ${caller}`, unit * 50));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await store.get(key)).toBe(`caller ${won.indexOf(true)}`);
      }
    });

    it('starts a counter again once when it expires among 100 increments, and loses none', async () => {
      const { store, unit, aging, key } = setUp();
      for (let round = 0; round < 5; round += 1) {
        await store.delete(key);
        await store.increment(key, unit);
        const states = await aging(unit, (each) => each.increment(key, unit * 50));
        const counts = states.map(({ count }) => count).sort((a, b) => a - b);
        // So many started from none; the others went on from the first count.
        const late = (await store.increment(key, unit)).count - 1;
        expect(counts).toEqual(
          [...numbers(2, CALLERS - late + 1), ...numbers(1, late)].sort((a, b) => a - b),
        );
      }
    });

    it('gives a value to one of 100 callers, whether they take it or compare and delete', async () => {
      const { store, unit, inParallel, key } = setUp();
      for (let round = 0; round < 5; round += 1) {
        await store.set(key, 'value', unit);
        const won = await inParallel(async (each, caller) =>
          caller % 4 < 2 ? (await each.take(key)) !== null : each.compareAndDelete(key, 'value'),
        );
        expect(won.filter(Boolean)).toHaveLength(1);
      }
    });

    it('does not delete what another put in place of the value meanwhile', async () => {
      const { store, unit, inParallel, key } = setUp();
      for (let round = 0; round < 5; round += 1) {
        await store.set(key, 'mine', unit);
        const done = await inParallel((each, caller) =>
          caller % 4 < 2 ? each.compareAndDelete(key, 'mine') : each.setIfAbsent(key, 'theirs', unit),
        );
        expect(done.filter((won, caller) => won && caller % 4 < 2)).toHaveLength(1);
        const replaced = done.some((won, caller) => won && caller % 4 >= 2);
        expect(await store.get(key)).toBe(replaced ? 'theirs' : null);
        await store.delete(key);
      }
    });

    it('shortens a life to nothing', async () => {
      const { store, unit, advance, key } = setUp();
      await store.set(key, 'value', unit * 50);
      expect(await store.expire(key, -5)).toBe(true);
      await advance(2);
      expect(await store.get(key)).toBeNull();
    });

    it('deletes values and counters', async () => {
      const { store, peer, unit, key } = setUp();
      await store.delete(key);
      await store.set(key, 'value', unit * 20);
      await peer.delete(key);
      expect(await store.get(key)).toBeNull();
      await store.increment(key, unit * 20);
      await store.increment(key, unit * 20);
      await store.delete(key);
      expect(await store.increment(key, unit * 20)).toMatchObject({ count: 1 });
    });

    it('refuses keys that carry user text and lives without an end', async () => {
      const { store, unit, key } = setUp();
      for (const bad of ['', 'a b', 'ü', 'x'.repeat(201), 'line\n']) {
        await expect(store.set(bad, 'value', unit)).rejects.toThrow(RangeError);
        await expect(store.increment(bad, unit)).rejects.toThrow(RangeError);
        await expect(store.decrement(bad)).rejects.toThrow(RangeError);
        await expect(store.take(bad)).rejects.toThrow(RangeError);
      }
      for (const life of [Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(store.increment(key, life)).rejects.toThrow(RangeError);
        await expect(store.set(key, 'value', life)).rejects.toThrow(RangeError);
      }
      expect(await store.get('x'.repeat(200))).toBeNull();
    });
  });
}
