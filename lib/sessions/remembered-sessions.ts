import { LRUCache } from 'lru-cache';
import type { SessionWithUser } from './session';

const MAX_AGE_MS = 10 * 60_000;

/** Sessions by their id and by their user, at most `max` of them: the one that was used longest ago makes room. */
export class RememberedSessions {
  private readonly sessions: LRUCache<string, SessionWithUser>;
  private readonly idsOfUser = new Map<string, Set<string>>();

  constructor(max: number) {
    this.sessions = new LRUCache<string, SessionWithUser>({
      max,
      ttl: MAX_AGE_MS,
      // Not for a value that replaces another one of the same session: its user stays.
      noDisposeOnSet: true,
      dispose: (found, id) => this.unlink(found.user.id, id),
    });
  }

  /** How many sessions and users are held. */
  get size(): { sessions: number; users: number } {
    return { sessions: this.sessions.size, users: this.idsOfUser.size };
  }

  get(sessionId: string): SessionWithUser | undefined {
    return this.sessions.get(sessionId);
  }

  set(found: SessionWithUser): void {
    const { session, user } = found;
    this.sessions.set(session.id, found);
    const ids = this.idsOfUser.get(user.id) ?? new Set();
    this.idsOfUser.set(user.id, ids.add(session.id));
  }

  /** Changes what is held of a session, which does not prolong how long it is held. */
  noteActivity(sessionId: string, at: Date): void {
    const known = this.sessions.peek(sessionId);
    if (!known) return;
    const noted = { ...known, session: { ...known.session, lastActivityAt: at } };
    this.sessions.set(sessionId, noted, { noUpdateTTL: true });
  }

  delete(sessionId: string): void {
    this.sessions.delete(sessionId);
  }

  deleteUser(userId: string): void {
    for (const id of [...(this.idsOfUser.get(userId) ?? [])]) this.sessions.delete(id);
  }

  clear(): void {
    this.sessions.clear();
  }

  private unlink(userId: string, sessionId: string): void {
    const ids = this.idsOfUser.get(userId);
    if (ids?.delete(sessionId) && ids.size === 0) this.idsOfUser.delete(userId);
  }
}
