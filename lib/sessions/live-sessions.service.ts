import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { NAuthException } from '../errors';
import { FeedCursor } from './feed-cursor';
import type { SessionWithUser } from './session';
import { SESSION_FEED, type SessionChange, type SessionFeed } from './session-feed';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';

/** How old the last look at the feed may be for what is remembered to be believed. */
const MAX_LOOK_AGE_MS = 500;
/** Beyond this even a look that has just ended began too long ago (R038). */
const MAX_STALENESS_MS = 1000;
/** After a longer silence, notes may have been pruned: everything is forgotten instead. */
const MAX_SILENCE_MS = 10 * 60_000;
const MAX_SESSIONS = 50_000;
const MAX_AGE_MS = 10 * 60_000;

interface Load {
  readonly sessionId: string;
  outdated: boolean;
}

/**
 * Sessions as the database has them, remembered between requests. What another instance changes is seen within a
 * second (R038): nothing is believed unless the feed was looked at in the last half second, and all requests of that
 * half second share the look. When the feed cannot be read, nothing is believed and every request asks the database.
 */
@Injectable()
export class LiveSessions {
  private readonly remembered = new LRUCache<string, SessionWithUser>({
    max: MAX_SESSIONS,
    ttl: MAX_AGE_MS,
    dispose: (found, id) => this.unlink(found.user.id, id),
  });
  private readonly idsOfUser = new Map<string, Set<string>>();
  private readonly loads = new Set<Load>();
  private cursor: FeedCursor | undefined;
  private lookedAt = -Infinity;
  private looking: Promise<void> | undefined;

  constructor(
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(SESSION_FEED) private readonly feed: SessionFeed,
  ) {}

  /**
   * The session with its user, whatever its state; null when there is none.
   *
   * @throws {NAuthException} SERVICE_UNAVAILABLE when it is not remembered and the database cannot say
   */
  async find(sessionId: string): Promise<SessionWithUser | null> {
    const current = await this.isCurrent();
    const known = current ? this.remembered.get(sessionId) : undefined;
    return known ?? this.load(sessionId, current);
  }

  /** As `find`, from the database. */
  reload(sessionId: string): Promise<SessionWithUser | null> {
    this.remembered.delete(sessionId);
    return this.load(sessionId, true);
  }

  /** Notes a change of this instance's own making at once. To be called when it has been committed. */
  forget({ sessionId, userId }: SessionChange): void {
    for (const load of this.loads) {
      // Whose session is being loaded is not known yet, so a change of any user counts for it.
      if (userId !== null || load.sessionId === sessionId) load.outdated = true;
    }
    if (sessionId !== null) this.remembered.delete(sessionId);
    if (userId === null) return;
    for (const id of [...(this.idsOfUser.get(userId) ?? [])]) this.remembered.delete(id);
  }

  /** Notes activity of a remembered session, which nobody else has to hear of. */
  noteActivity(sessionId: string, at: Date): void {
    const known = this.remembered.peek(sessionId);
    if (known)
      this.remembered.set(sessionId, { ...known, session: { ...known.session, lastActivityAt: at } });
  }

  private async load(sessionId: string, mayRemember: boolean): Promise<SessionWithUser | null> {
    const load: Load = { sessionId, outdated: false };
    this.loads.add(load);
    try {
      const found = await this.sessions.findWithUser(sessionId);
      if (found && mayRemember && !load.outdated && found.session.revokedAt === null) this.remember(found);
      return found;
    } finally {
      this.loads.delete(load);
    }
  }

  private remember(found: SessionWithUser): void {
    const { session, user } = found;
    this.remembered.set(session.id, found);
    const ids = this.idsOfUser.get(user.id) ?? new Set();
    this.idsOfUser.set(user.id, ids.add(session.id));
  }

  private unlink(userId: string, sessionId: string): void {
    const ids = this.idsOfUser.get(userId);
    if (ids?.delete(sessionId) && ids.size === 0) this.idsOfUser.delete(userId);
  }

  private async isCurrent(): Promise<boolean> {
    if (this.lookAge() <= MAX_LOOK_AGE_MS) return true;
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    try {
      await this.looking;
    } catch (error) {
      // A database that does not answer will not answer the next question either, and its time is up (R148).
      if (error instanceof NAuthException && error.code === 'SERVICE_UNAVAILABLE') throw error;
      return false;
    }
    return this.lookAge() <= MAX_STALENESS_MS;
  }

  /** Measured by a clock that cannot be set, unlike the time that tokens carry. */
  private lookAge(): number {
    return performance.now() - this.lookedAt;
  }

  private async look(): Promise<void> {
    const startedAt = performance.now();
    if (startedAt - this.lookedAt > MAX_SILENCE_MS) this.startOver();
    try {
      if (this.cursor) await this.readOn(this.cursor, startedAt);
      else this.cursor = new FeedCursor(await this.feed.latest(), startedAt);
      this.lookedAt = startedAt;
    } catch (error) {
      this.startOver();
      throw error;
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
