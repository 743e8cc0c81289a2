import { Logger } from '@nestjs/common';
import type { Clock } from '../common';
import type { CounterState } from '../storage';
import { CircuitBreaker } from './circuit-breaker';
import type { Counters } from './counters';
import { LocalCounters } from './local-counters';

const PAUSE_MS = 1000;
const LONGEST_WAIT_MS = 500;

/**
 * Counters in a store that may be down while the accounts can still be reached. Without it each instance counts by
 * itself, up to the same limits: an outage never means unlimited tries (R149). What was counted locally still counts
 * when the store is back, until its window ends: a recovery is no fresh budget either.
 *
 * A call that finds the store dead or silent waits 500 ms at most, and after it none waits for a second. Only counting
 * tries a store again; what is given back meanwhile is lost, which errs on the safe side.
 */
export class ResilientCounters implements Counters {
  private readonly logger = new Logger(ResilientCounters.name);
  private readonly local: LocalCounters;
  private readonly circuit = new CircuitBreaker(PAUSE_MS, (error) => this.tell(error));

  constructor(
    private readonly store: Counters,
    clock: Clock,
  ) {
    this.local = new LocalCounters(clock);
  }

  async increment(key: string, ttlMs: number): Promise<CounterState> {
    const shared = await this.circuit.call(() => inTime(this.store.increment(key, ttlMs)));
    if (!shared) return this.local.increment(key, ttlMs);
    const local = this.local.find(key);
    if (!local) return shared;
    return { count: shared.count + local.count, ttlMs: Math.max(shared.ttlMs, local.ttlMs) };
  }

  async decrement(key: string): Promise<void> {
    if ((this.local.find(key)?.count ?? 0) > 0) return this.local.decrement(key);
    await this.whenUp(() => this.store.decrement(key));
  }

  async delete(key: string): Promise<void> {
    await this.local.delete(key);
    await this.whenUp(() => this.store.delete(key));
  }

  async expire(key: string, ttlMs: number): Promise<boolean> {
    const [local, shared] = await Promise.all([
      this.local.expire(key, ttlMs),
      this.whenUp(() => this.store.expire(key, ttlMs)),
    ]);
    return local || shared === true;
  }

  private async whenUp<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (!this.circuit.isClosed) return undefined;
    const answer = await this.circuit.call(async () => ({ value: await inTime(work()) }));
    return answer?.value;
  }

  private tell(error?: unknown): void {
    if (error === undefined) {
      this.logger.warn('The transient store answers again: limits are shared by all instances.');
      return;
    }
    this.logger.warn('The transient store does not answer: limits are counted by each instance by itself.');
  }
}

/** @throws {Error} when there is no answer in time; the answer is ignored then */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error(`no answer of the transient store within ${LONGEST_WAIT_MS} ms`));
    // An answer that came while the process was busy is read before the check phase: it still counts.
    timer = setTimeout(() => setImmediate(giveUp), LONGEST_WAIT_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
