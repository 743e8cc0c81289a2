import type { SessionEndReason } from '../contracts';
import type { Session, SessionWithUser } from './session';

export const SESSION_REPOSITORY = Symbol('nauth.sessionRepository');

export interface RotateStatement {
  id: string;
  /** The generation that the presented token carries; the row changes only while it is the live one. */
  generation: number;
  at: Date;
  refreshExpiresAt: Date;
  ipAddress: string | null;
  userAgent: string | null;
}

/** Every method throws NAuthException SERVICE_UNAVAILABLE when the database cannot answer (R148). */
export interface SessionRepository {
  insert(session: Session): Promise<void>;
  /** The session whatever its state, with its user; one statement (R046). */
  findWithUser(id: string): Promise<SessionWithUser | null>;
  /**
   * One conditional statement (R045): generation + 1 where the row still has `generation`, is not revoked and has not
   * reached `refresh_expires_at` or `expires_at` at `at`. True for exactly one of any number of callers.
   */
  rotate(statement: RotateStatement): Promise<boolean>;
  /** One conditional statement; true when this call ended the session. With `userId`, only a session of that user. */
  revoke(id: string, reason: SessionEndReason, at: Date, userId?: string): Promise<boolean>;
  /** Ends all live sessions of the user, but for `exceptId`; the number ended. */
  revokeAll(userId: string, reason: SessionEndReason, at: Date, exceptId?: string): Promise<number>;
  /** Ids of the sessions of the user that ended at this moment and for this reason. */
  findEnded(userId: string, reason: SessionEndReason, at: Date): Promise<string[]>;
  /** Keeps the `keep` newest live sessions of the user and ends the others; the number ended. */
  revokeOldest(userId: string, keep: number, at: Date): Promise<number>;
  /** Sessions that are neither revoked nor past an end at `at`, newest first. */
  findLive(userId: string, at: Date): Promise<Session[]>;
  /** Removes at most `limit` sessions whose absolute end is at or before `at`; the number removed. */
  deleteExpired(at: Date, limit: number): Promise<number>;
  /** Moves `last_activity_at` forward, never back. */
  touch(id: string, at: Date): Promise<void>;
}
