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

/** What has been proved in a session. */
export interface SessionProof {
  amr: string[];
  authTime?: Date;
  /** Null: nothing spares it the second factor any more. */
  mfaSparedBy?: null;
}

/** A session as a refresh needs it. */
export interface RefreshCandidate extends SessionWithUser {
  /** How long ago the live generation replaced its parent, by the clock of the database alone; null before the first rotation. */
  rotationAgeMs: number | null;
}

/** Every method throws NAuthException SERVICE_UNAVAILABLE when the database cannot answer (R148). */
export interface SessionRepository {
  insert(session: Session): Promise<void>;
  /** The session whatever its state, with its user; one statement (R046). */
  findWithUser(id: string): Promise<SessionWithUser | null>;
  /** The same, with the age of the last rotation; one statement. */
  findForRefresh(id: string): Promise<RefreshCandidate | null>;
  /**
   * One conditional statement (R045): generation + 1 where the row still has `generation`, is not revoked and has not
   * reached `refresh_expires_at` or `expires_at` at `at`. The moment of the rotation is the database's (R151). True for
   * exactly one of any number of callers.
   */
  rotate(statement: RotateStatement): Promise<boolean>;
  /** One conditional statement; true when this call ended the session. With `userId`, only a session of that user. */
  revoke(id: string, reason: SessionEndReason, at: Date, userId?: string): Promise<boolean>;
  /**
   * Ends all live sessions of the user, but for `exceptId`; the number ended. Those that an instance whose clock is
   * behind takes for live are among them (R151).
   */
  revokeAll(userId: string, reason: SessionEndReason, at: Date, exceptId?: string): Promise<number>;
  /** Ids of the sessions of the user that ended at this moment and for this reason. */
  findEnded(userId: string, reason: SessionEndReason, at: Date): Promise<string[]>;
  /** Keeps the `keep` newest live sessions of the user and ends the others; the number ended. */
  revokeOldest(userId: string, keep: number, at: Date): Promise<number>;
  /** Sessions that are neither revoked nor past an end at `at`, newest first. */
  findLive(userId: string, at: Date): Promise<Session[]>;
  /** Removes at most `limit` sessions whose absolute end is at or before `at`; the number removed. */
  deleteExpired(at: Date, limit: number): Promise<number>;
  /** Writes what has been proved in a live session of the user. What is undefined is left as it is. */
  setProof(id: string, userId: string, proof: SessionProof, at: Date): Promise<boolean>;
  /**
   * Holds the row of a live session of the user until the surrounding unit ends, so that what ends sessions waits for the
   * unit, or the unit for it. False when there is none any more.
   */
  hold(id: string, userId: string, at: Date): Promise<boolean>;
  /** Moves `last_activity_at` forward, never back. */
  touch(id: string, at: Date): Promise<void>;
}
