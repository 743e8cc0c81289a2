import { LRUCache } from 'lru-cache';
import type { Clock } from '../common';
import type { CounterState } from '../storage';
import type { Counters } from './counters';

interface Counter {
  count: number;
  expiresAt: number;
}

const MAX_COUNTERS = 50_000;

/** Counters of this process. The most recent 50,000: nobody can fill the memory with made-up subjects. */
export class LocalCounters implements Counters {
  private readonly counters: LRUCache<string, Counter>;

  constructor(
    private readonly clock: Clock,
    max = MAX_COUNTERS,
  ) {
    this.counters = new LRUCache({ max });
  }

  /** The live counter, if there is one. */
  find(key: string): CounterState | undefined {
    const counter = this.live(key);
    return counter && { count: counter.count, ttlMs: counter.expiresAt - this.clock.now() };
  }

  async increment(key: string, ttlMs: number): Promise<CounterState> {
    const counter = this.live(key) ?? { count: 0, expiresAt: this.clock.now() + ttlMs };
    counter.count += 1;
    this.counters.set(key, counter);
    return { count: counter.count, ttlMs: counter.expiresAt - this.clock.now() };
  }

  async decrement(key: string): Promise<void> {
    const counter = this.live(key);
    if (counter) counter.count = Math.max(0, counter.count - 1);
  }

  async delete(key: string): Promise<void> {
    this.counters.delete(key);
  }

  async expire(key: string, ttlMs: number): Promise<boolean> {
    const counter = this.live(key);
    if (counter) counter.expiresAt = this.clock.now() + ttlMs;
    return counter !== undefined;
  }

  private live(key: string): Counter | undefined {
    const counter = this.counters.get(key);
    if (!counter || counter.expiresAt > this.clock.now()) return counter;
    this.counters.delete(key);
    return undefined;
  }
}
