import { AsyncResource } from 'node:async_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { FeedCursor } from './feed-cursor';
import { RememberedSessions } from './remembered-sessions';
import type { SessionWithUser } from './session';
import { SESSION_FEED, type SessionChange, type SessionFeed } from './session-feed';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';

/** How old the last look at the feed may be before there is a new one. */
const MAX_LOOK_AGE_MS = 500;
/** How old it may be for what is remembered to be believed at all (R038). */
const MAX_STALENESS_MS = 1000;
/** How long requests wait for a look. Longer, and a database that is down would not be told of within 3 s (R148). */
const PATIENCE_MS = 150;
/** After a look that failed, requests ask the database without waiting for another one until this has passed. */
const RETRY_MS = 500;
/** After a longer silence, notes may have been pruned: everything is forgotten instead. */
const MAX_SILENCE_MS = 10 * 60_000;
const MAX_SESSIONS = 50_000;

interface Load {
  readonly sessionId: string;
  outdated: boolean;
}

/**
 * Sessions as the database has them, remembered between requests. What another instance changes is seen within a
 * second (R038): nothing is believed unless a look at the feed began in the last second, and all requests share a look
 * every half second. When the feed cannot be read, nothing is believed and every request asks the database.
 */
@Injectable()
export class LiveSessions {
  private readonly remembered = new RememberedSessions(MAX_SESSIONS);
  private readonly loads = new Set<Load>();
  /** A look is everybody's: it is no part of the request or the unit of work that happens to need it first. */
  private readonly detached = new AsyncResource('nauth.sessionFeed');
  private cursor: FeedCursor | undefined;
  private lookedAt = -Infinity;
  private lookedAtTime = 0;
  private failedAt = -Infinity;
  private looking: { since: number; done: Promise<void> } | undefined;

  constructor(
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(SESSION_FEED) private readonly feed: SessionFeed,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The session with its user, whatever its state; null when there is none.
   *
   * @throws {NAuthException} SERVICE_UNAVAILABLE when it is not remembered and the database cannot say
   */
  async find(sessionId: string): Promise<SessionWithUser | null> {
    const known = (await this.isCurrent()) ? this.remembered.get(sessionId) : undefined;
    return known ?? this.load(sessionId);
  }

  /** As `find`, from the database. */
  reload(sessionId: string): Promise<SessionWithUser | null> {
    this.remembered.delete(sessionId);
    return this.load(sessionId);
  }

  /** Notes a change of this instance's own making at once. To be called when it has been committed. */
  forget({ sessionId, userId }: SessionChange): void {
    for (const load of this.loads) {
      // Whose session is being loaded is not known yet, so a change of any user counts for it.
      if (userId !== null || load.sessionId === sessionId) load.outdated = true;
    }
    if (sessionId !== null) this.remembered.delete(sessionId);
    if (userId !== null) this.remembered.deleteUser(userId);
  }

  /** Notes activity of a remembered session, which nobody else has to hear of. */
  noteActivity(sessionId: string, at: Date): void {
    this.remembered.noteActivity(sessionId, at);
  }

  private async load(sessionId: string): Promise<SessionWithUser | null> {
    const load: Load = { sessionId, outdated: false };
    this.loads.add(load);
    try {
      const found = await this.sessions.findWithUser(sessionId);
      if (found && !load.outdated && found.session.revokedAt === null) this.remembered.set(found);
      return found;
    } finally {
      this.loads.delete(load);
    }
  }

  /** Whether what is remembered may be believed now. Looks at the feed when it is time to. */
  private async isCurrent(): Promise<boolean> {
    if (this.lookAge() <= MAX_LOOK_AGE_MS) return true;
    if (!this.looking && performance.now() - this.failedAt > RETRY_MS) this.startLook();
    if (this.looking) {
      const patience = PATIENCE_MS - (performance.now() - this.looking.since);
      if (patience > 0) await settledWithin(this.looking.done, patience);
    }
    return this.lookAge() <= MAX_STALENESS_MS;
  }

  /** Measured by a clock that cannot be set, unlike the time that tokens carry. */
  private lookAge(): number {
    return performance.now() - this.lookedAt;
  }

  private startLook(): void {
    const look = this.detached.runInAsyncScope(() => this.look());
    const done = look.finally(() => (this.looking = undefined));
    this.looking = { since: performance.now(), done };
  }

  /** Never rejects: without a look, the database is asked for each session, and it says what is wrong. */
  private async look(): Promise<void> {
    const startedAt = performance.now();
    const time = this.clock.now();
    // The one clock stands still while a machine sleeps, the other can be set.
    const silence = Math.max(startedAt - this.lookedAt, Math.abs(time - this.lookedAtTime));
    if (silence > MAX_SILENCE_MS) this.startOver();
    try {
      if (this.cursor) await this.readOn(this.cursor, startedAt);
      else this.cursor = new FeedCursor(await this.feed.latest(), startedAt);
      this.lookedAt = startedAt;
      this.lookedAtTime = time;
    } catch {
      this.startOver();
      this.failedAt = performance.now();
    }
  }

  private async readOn(cursor: FeedCursor, startedAt: number): Promise<void> {
    const page = await this.feed.read(cursor.after);
    if (!page.complete) {
      this.startOver();
      this.cursor = new FeedCursor(await this.feed.latest(), startedAt);
      return;
    }
    for (const { sequence, change } of page.notes) if (cursor.isNew(sequence)) this.forget(change);
    cursor.endLook(startedAt);
  }

  private startOver(): void {
    for (const load of this.loads) load.outdated = true;
    this.remembered.clear();
    this.cursor = undefined;
    this.lookedAt = -Infinity;
  }
}

/** Resolves when the work is done, or after `milliseconds`. */
async function settledWithin(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    // An answer that has arrived meanwhile, while the process was busy, is read before the immediate runs.
    timer = setTimeout(() => setImmediate(resolve), milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
