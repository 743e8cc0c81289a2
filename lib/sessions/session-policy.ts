import type { SessionEndReason } from '../contracts';
import type { SessionWithUser } from './session';

/** Token of the SessionPolicy. Without one, a session ends by its own times only. */
export const SESSION_POLICY = Symbol('nauth.sessionPolicy');

/** Knows more than a session tells about whether it may go on. */
export interface SessionPolicy {
  /**
   * Why the session has to end, if it has to. Asked at every refresh of a session that stands, outside of a unit of work.
   *
   * @throws {NAuthException} SERVICE_UNAVAILABLE
   */
  endOf(found: SessionWithUser): Promise<SessionEndReason | undefined>;
}
