import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { inBatches, type Clock } from '../common';
import { ExclusiveTask } from './exclusive-task';
import type { TransientStore } from './transient-store';

/** What is removed in the background. */
export interface CleaningPlan {
  /** Unique among tasks; part of the key of the lease. */
  name: string;
  intervalMs: number;
  /** One after the other. */
  steps: readonly CleaningStep[];
}

export interface CleaningStep {
  /** How long a row stays after its end: so that clocks that differ do not matter (R151), or because it is kept that long. */
  restMs: number;
  /** Removes at most `limit` rows whose end is before the moment; answers how many it found. */
  remove(before: Date, limit: number): Promise<number>;
}

/**
 * Removes what nothing can refer to any more, in small batches (R056), on one of several instances at a time; removing twice
 * does no harm.
 */
export abstract class Cleaner implements OnModuleInit, OnModuleDestroy {
  private readonly task: ExclusiveTask;

  protected constructor(
    store: TransientStore,
    private readonly time: Clock,
    private readonly plan: CleaningPlan,
  ) {
    this.task = new ExclusiveTask(store, plan.name, (stopped) => this.clean(stopped), plan.intervalMs);
  }

  onModuleInit(): void {
    this.task.start();
  }

  /** Before store and database are closed, which happens when the application has shut down. */
  async onModuleDestroy(): Promise<void> {
    await this.task.stop();
  }

  /** One round, unless another instance is at it. */
  round(): Promise<void> {
    return this.task.round();
  }

  /** One round, whoever else is at it; `stopped` ends it between two batches. */
  async clean(stopped: () => boolean = () => false): Promise<void> {
    const now = this.time.now();
    for (const { restMs, remove } of this.plan.steps) {
      await inBatches((limit) => remove(new Date(now - restMs), limit), stopped);
    }
  }
}
