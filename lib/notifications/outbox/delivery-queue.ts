import { AsyncResource } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DeliveryQueueLimits {
  /** Jobs that run at once. */
  concurrency: number;
  /** Jobs that may wait. */
  capacity: number;
}

/**
 * Runs a job for each id, a few at a time, outside of the request or unit of work that asked for it. An id that waits or
 * runs already is not taken twice. What finds no room is refused: the database knows of it all the same.
 */
export class DeliveryQueue {
  private readonly waiting = new Set<string>();
  private readonly running = new Set<string>();
  // Made when the application starts: jobs run in its context, not in that of the caller.
  private readonly outside = new AsyncResource('nauth.deliveryQueue');
  private closed = false;

  constructor(
    /** Must not reject. */
    private readonly job: (id: string) => Promise<void>,
    private readonly limits: DeliveryQueueLimits,
  ) {}

  /** Jobs that wait or run. */
  get size(): number {
    return this.waiting.size + this.running.size;
  }

  /** False when there is no room. */
  add(id: string): boolean {
    if (this.waiting.has(id) || this.running.has(id)) return true;
    if (this.closed || this.waiting.size >= this.limits.capacity) return false;
    this.waiting.add(id);
    this.startNext();
    return true;
  }

  /** Waits until nothing waits or runs, at most this long. Then what waits is dropped and nothing more is taken. */
  async close(patienceMs: number): Promise<void> {
    const end = performance.now() + patienceMs;
    while (this.size > 0 && performance.now() < end) await sleep(10);
    this.closed = true;
    this.waiting.clear();
  }

  /** Waits for the jobs that run, at most this long. */
  async settle(patienceMs: number): Promise<void> {
    const end = performance.now() + patienceMs;
    while (this.running.size > 0 && performance.now() < end) await sleep(10);
  }

  private startNext(): void {
    while (this.running.size < this.limits.concurrency) {
      const [id] = this.waiting;
      if (id === undefined) return;
      this.waiting.delete(id);
      this.running.add(id);
      // Not within the caller's turn: it may be in the middle of a commit.
      setImmediate(() => this.outside.runInAsyncScope(() => void this.run(id)));
    }
  }

  private async run(id: string): Promise<void> {
    try {
      await this.job(id);
    } finally {
      this.running.delete(id);
      this.startNext();
    }
  }
}
