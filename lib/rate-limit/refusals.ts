import { LRUCache } from 'lru-cache';
import type { Clock } from '../common';

interface Refusal {
  /** End of the refusal, by the toolkit's clock. */
  until: number;
  /** When the store is asked again, by a clock that cannot be set. */
  askAt: number;
  pauseMs: number;
}

const MAX_REFUSALS = 20_000;
const FIRST_PAUSE_MS = 1000;

/**
 * Subjects that are over a limit, as far as this process knows: further uses are refused without a round trip to the
 * store. Now and then, after 1 s, 2 s, 4 s and so on, one use is let through to ask again, since a counter may be lower than
 * when it was read. The most recent 20,000.
 */
export class Refusals {
  private readonly refusals: LRUCache<string, Refusal>;

  constructor(
    private readonly clock: Clock,
    max = MAX_REFUSALS,
  ) {
    this.refusals = new LRUCache({ max });
  }

  /** Milliseconds for which the subject is still refused; undefined when it is not, or when it is time to ask. */
  waitOf(key: string): number | undefined {
    const refusal = this.refusals.get(key);
    if (!refusal || performance.now() >= refusal.askAt) return undefined;
    const waitMs = refusal.until - this.clock.now();
    return waitMs > 0 ? waitMs : undefined;
  }

  /** Called by the use that is about to ask the store: those beside it are still refused. */
  startAsking(key: string, believeMs: number): void {
    const refusal = this.refusals.peek(key);
    if (!refusal) return;
    refusal.pauseMs = Math.min(refusal.pauseMs * 2, believeMs);
    refusal.askAt = performance.now() + refusal.pauseMs;
  }

  /** Notes what the store has said. The pauses between questions go on growing while it says the same. */
  note(key: string, waitMs: number, believeMs: number): void {
    const until = this.clock.now() + waitMs;
    const pauseMs = Math.min(FIRST_PAUSE_MS, believeMs);
    const known = this.refusals.get(key) ?? { askAt: performance.now() + pauseMs, pauseMs };
    this.refusals.set(key, { ...known, until });
  }

  /** Notes a refusal that nothing but time ends: the store need not be asked again. */
  noteFinal(key: string, waitMs: number): void {
    this.refusals.set(key, { until: this.clock.now() + waitMs, askAt: Infinity, pauseMs: Infinity });
  }

  forget(key: string): void {
    this.refusals.delete(key);
  }
}
