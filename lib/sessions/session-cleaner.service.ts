import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { Cleaner, TRANSIENT_STORE, type TransientStore } from '../storage';
import { SESSION_FEED, type SessionFeed } from './session-feed';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';

/** No instance reads further back in the feed than this. */
const FEED_LIFE_MS = 3600_000;
/** Sessions stay for this long after their end, so that no instance whose clock is ahead removes a live one (R151). */
const SESSION_REST_MS = 3600_000;

/** Removes sessions past their absolute end, whose tokens are all dead, and old notes of the feed. */
@Injectable()
export class SessionCleaner extends Cleaner {
  constructor(
    @Inject(SESSION_REPOSITORY) sessions: SessionRepository,
    @Inject(SESSION_FEED) feed: SessionFeed,
    @Inject(CLOCK) clock: Clock,
    @Inject(TRANSIENT_STORE) store: TransientStore,
  ) {
    super(store, clock, {
      name: 'session-cleaner',
      intervalMs: 60_000,
      steps: [
        { restMs: FEED_LIFE_MS, remove: (before, limit) => feed.prune(before, limit) },
        { restMs: SESSION_REST_MS, remove: (before, limit) => sessions.deleteExpired(before, limit) },
      ],
    });
  }
}
