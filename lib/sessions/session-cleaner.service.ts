import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CLOCK, inBatches, type Clock } from '../common';
import { ExclusiveTask, TRANSIENT_STORE, type TransientStore } from '../storage';
import { SESSION_FEED, type SessionFeed } from './session-feed';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';

const INTERVAL_MS = 60_000;
/** No instance reads further back in the feed than this. */
const FEED_LIFE_MS = 3600_000;
/** Sessions stay for this long after their end, so that no instance whose clock is ahead removes a live one (R151). */
const SESSION_REST_MS = 3600_000;

/**
 * Removes what nothing can refer to any more: sessions past their absolute end, whose tokens are all dead, and old notes
 * of the feed. In small batches (R056), by one of several instances at a time; removing twice does no harm.
 */
@Injectable()
export class SessionCleaner implements OnModuleInit, OnModuleDestroy {
  private readonly task: ExclusiveTask;

  constructor(
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(SESSION_FEED) private readonly feed: SessionFeed,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TRANSIENT_STORE) store: TransientStore,
  ) {
    this.task = new ExclusiveTask(store, 'session-cleaner', (stopped) => this.clean(stopped), INTERVAL_MS);
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

  private async clean(stopped: () => boolean): Promise<void> {
    const now = this.clock.now();
    const notes = new Date(now - FEED_LIFE_MS);
    const sessions = new Date(now - SESSION_REST_MS);
    await inBatches((limit) => this.feed.prune(notes, limit), stopped);
    await inBatches((limit) => this.sessions.deleteExpired(sessions, limit), stopped);
  }
}
