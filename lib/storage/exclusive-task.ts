import { PeriodicTask, randomToken } from '../common';
import type { TransientStore } from './transient-store';

/**
 * Work that one of several instances does at a time, about every `intervalMs`. The instance that gets the lease runs the
 * round and keeps the lease while it runs; the others wait for their next turn. A lease saves work and does not guard
 * it: a round that outlives its lease may meet another one, so the work itself has to bear that. Without the store there
 * is no round.
 */
export class ExclusiveTask {
  private readonly owner = randomToken(16);
  private readonly task: PeriodicTask;

  /**
   * @param name unique among tasks; part of the lease's key
   * @param leaseMs longest life of a lease whose owner died
   */
  constructor(
    private readonly store: TransientStore,
    private readonly name: string,
    private readonly work: (stopped: () => boolean) => Promise<void>,
    intervalMs: number,
    private readonly leaseMs = 60_000,
  ) {
    this.task = new PeriodicTask((stopped) => this.round(stopped), intervalMs);
  }

  start(): void {
    this.task.start();
  }

  /** Resolves when a round that is under way has ended. */
  stop(): Promise<void> {
    return this.task.stop();
  }

  /** One round, if no other instance is at it. */
  async round(stopped: () => boolean = () => false): Promise<void> {
    const key = `lease:${this.name}`;
    if (!(await this.store.setIfAbsent(key, this.owner, this.leaseMs))) return;
    try {
      await this.work(stopped);
    } finally {
      await this.store.compareAndDelete(key, this.owner);
    }
  }
}
