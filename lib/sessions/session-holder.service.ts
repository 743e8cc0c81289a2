import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { NAuthException } from '../errors';
import { USER_REPOSITORY, type UserRepository } from '../users';
import type { SessionWithUser } from './session';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';

/**
 * Makes sure of a session for what it is to change. What a request knows of its session may be a second old (R038), and
 * whatever waited meanwhile may have waited for the very change that ended it.
 */
@Injectable()
export class SessionHolder {
  constructor(
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Holds the account and then its session to the end of the running unit of work, before the unit looks at anything else:
   * what ends the session waits for the unit, or is seen by it. All units take the two in this order, and other rows of
   * the account after them, so that none waits for one that waits for it.
   *
   * @returns both as they are stored now
   * @throws {NAuthException} AUTH_SESSION_NOT_FOUND when the session has ended; SERVICE_UNAVAILABLE
   */
  async hold(sessionId: string, userId: string): Promise<SessionWithUser> {
    await this.users.hold(userId);
    const lives = await this.sessions.hold(sessionId, userId, new Date(this.clock.now()));
    const found = lives ? await this.sessions.findWithUser(sessionId) : null;
    if (!found?.user.isActive) throw new NAuthException('AUTH_SESSION_NOT_FOUND');
    return found;
  }
}
