/** Something that instances may remember about a session, or about all sessions of a user, is no longer true. */
export interface SessionChange {
  sessionId: string | null;
  userId: string | null;
}

/** A page of the feed. */
export interface SessionFeedPage {
  notes: { sequence: number; change: SessionChange }[];
  /** False when there is more than a page holds. */
  complete: boolean;
}

export const SESSION_FEED = Symbol('nauth.sessionFeed');

/**
 * The log through which instances learn of each other's changes. Sequence numbers grow, but are given out before the
 * change is committed, so a lower number may become visible after a higher one.
 */
export interface SessionFeed {
  /** Part of the surrounding unit of work: the change and its note are kept together. */
  append(change: SessionChange, at: Date): Promise<void>;
  read(after: number): Promise<SessionFeedPage>;
  /** The highest sequence number so far, 0 for an empty feed. */
  latest(): Promise<number>;
  /** Removes at most `limit` notes from before `at`; the number removed. */
  prune(at: Date, limit: number): Promise<number>;
}
