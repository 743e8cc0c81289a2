import { systemClock, type Clock } from '../../common';
import { entryKey, wholeLifetime } from '../entry-limits';
import type { CounterState, TransientStore } from '../transient-store';

interface Entry {
  value: string | null;
  count: number;
  expiresAt: number;
}

const SWEEP_INTERVAL_MS = 10_000;
const SWEEP_ENTRIES = 10_000;

/**
 * Transient state of one process, for development, tests and single-instance hosts: a restart forgets it, other
 * instances do not see it. Every operation runs to its end without yielding, which makes it atomic. Expired entries are
 * dropped when they are met and by a sweep every 10 s that looks at 10,000 entries at most.
 */
export class MemoryTransientStore implements TransientStore {
  private readonly entries = new Map<string, Entry>();
  private cursor = this.entries.entries();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock = systemClock) {}

  /** Entries held, expired ones that were not met yet included. */
  get size(): number {
    return this.entries.size;
  }

  async increment(key: string, ttlMs: number): Promise<CounterState> {
    const entry = this.live(key) ?? this.write(key, null, ttlMs);
    entry.count += 1;
    return { count: entry.count, ttlMs: entry.expiresAt - this.clock.now() };
  }

  async decrement(key: string): Promise<void> {
    const entry = this.live(key);
    if (entry && entry.count > 0) entry.count -= 1;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.write(key, value, ttlMs);
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    if (this.live(key)) return false;
    this.write(key, value, ttlMs);
    return true;
  }

  async get(key: string): Promise<string | null> {
    return this.live(key)?.value ?? null;
  }

  async take(key: string): Promise<string | null> {
    const value = this.live(key)?.value ?? null;
    this.entries.delete(key);
    return value;
  }

  async compareAndDelete(key: string, value: string): Promise<boolean> {
    return this.live(key)?.value === value && this.entries.delete(key);
  }

  async delete(key: string): Promise<void> {
    this.entries.delete(entryKey(key));
  }

  async expire(key: string, ttlMs: number): Promise<boolean> {
    const entry = this.live(key);
    if (!entry) return false;
    entry.expiresAt = this.clock.now() + wholeLifetime(ttlMs);
    return true;
  }

  async open(): Promise<void> {
    // Unref'd: the timer alone keeps no process alive.
    this.timer ??= setInterval(() => this.sweep(), SWEEP_INTERVAL_MS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    this.entries.clear();
  }

  /** Drops expired entries among the next `limit`, going on where the last sweep stopped. */
  sweep(limit = SWEEP_ENTRIES): void {
    const now = this.clock.now();
    for (let seen = 0; seen < limit; seen += 1) {
      const next = this.cursor.next();
      if (next.done) {
        this.cursor = this.entries.entries();
        return;
      }
      const [key, entry] = next.value;
      if (entry.expiresAt <= now) this.entries.delete(key);
    }
  }

  private live(key: string): Entry | undefined {
    const entry = this.entries.get(entryKey(key));
    if (!entry || entry.expiresAt > this.clock.now()) return entry;
    this.entries.delete(key);
    return undefined;
  }

  private write(key: string, value: string | null, ttlMs: number): Entry {
    const entry = { value, count: 0, expiresAt: this.clock.now() + wholeLifetime(ttlMs) };
    this.entries.set(entryKey(key), entry);
    return entry;
  }
}
