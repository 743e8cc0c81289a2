import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CLOCK, inBatches, type Clock } from '../common';
import { ExclusiveTask, TRANSIENT_STORE, type TransientStore } from '../storage';
import { CHALLENGE_REPOSITORY, type ChallengeRepository } from './challenge.repository';

const INTERVAL_MS = 60_000;
/** How long an expired challenge stays, so that clocks that differ do not matter. */
const REST_MS = 3600_000;

/** Removes challenges that can no longer be answered, in small batches, on one instance at a time. */
@Injectable()
export class ChallengeCleaner implements OnModuleInit, OnApplicationShutdown {
  private readonly task: ExclusiveTask;

  constructor(
    @Inject(CHALLENGE_REPOSITORY) private readonly challenges: ChallengeRepository,
    @Inject(TRANSIENT_STORE) store: TransientStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.task = new ExclusiveTask(store, 'challenges', (stopped) => this.clean(stopped), INTERVAL_MS);
  }

  onModuleInit(): void {
    this.task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** One round; `stopped` ends it between two batches. */
  async clean(stopped: () => boolean = () => false): Promise<void> {
    const before = new Date(this.clock.now() - REST_MS);
    await inBatches((limit) => this.challenges.deleteExpired(before, limit), stopped);
  }
}
