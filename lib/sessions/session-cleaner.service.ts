import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CLOCK, PeriodicTask, type Clock } from '../common';
import { SESSION_FEED, type SessionFeed } from './session-feed';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';

const INTERVAL_MS = 60_000;
/** No instance reads further back in the feed than this. */
const FEED_LIFE_MS = 3600_000;
const BATCH = 500;
/** Batches in one round, so that a backlog does not occupy the database. */
const MAX_BATCHES = 20;

/**
 * Removes what nothing can refer to any more: sessions past their absolute end, whose tokens are all dead, and old notes
 * of the feed. In small batches (R056); every instance may do it at any time, as removing twice does no harm.
 */
@Injectable()
export class SessionCleaner implements OnModuleInit, OnApplicationShutdown {
  private readonly task = new PeriodicTask((stopped) => this.clean(stopped), INTERVAL_MS);

  constructor(
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(SESSION_FEED) private readonly feed: SessionFeed,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** One round; `stopped` ends it between two batches. */
  async clean(stopped: () => boolean = () => false): Promise<void> {
    const now = this.clock.now();
    await this.feed.prune(new Date(now - FEED_LIFE_MS));
    for (let batch = 0; batch < MAX_BATCHES && !stopped(); batch += 1) {
      if ((await this.sessions.deleteExpired(new Date(now), BATCH)) < BATCH) return;
    }
  }
}
