import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import type { CurrentSession } from '../context';
import { NAuthException } from '../errors';
import { SECOND_FACTOR, SessionElevator, SessionEnder } from '../sessions';

/** What the first factor means for the sessions that are open already. */
@Injectable()
export class EnrolmentSession {
  constructor(
    @Inject(SessionElevator) private readonly elevator: SessionElevator,
    @Inject(SessionEnder) private readonly ender: SessionEnder,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /**
   * The session that set the factor up has shown it. With the first one, all others end: they were opened without it, and
   * would go on without it by refreshing (R084, R086). Part of the running unit of work.
   *
   * @param session as it is stored
   * @throws {NAuthException} AUTH_SESSION_NOT_FOUND when it has ended, and whoever had it is not to have the factor
   */
  async enrolled(session: CurrentSession, amr: readonly string[], isFirst: boolean): Promise<void> {
    const { sessionId, userId, amr: before } = session;
    const all = [...new Set([...before, ...amr, SECOND_FACTOR])];
    if (!(await this.elevator.elevate({ sessionId, userId, amr: all }))) {
      throw new NAuthException('AUTH_SESSION_NOT_FOUND');
    }
    if (!isFirst) return;
    const sessions = await this.ender.endAll(userId, 'mfa_enabled', sessionId);
    if (sessions === 0) return;
    const entry = { status: 'SUCCESS', userId, reason: 'mfa_enabled', details: { sessions } } as const;
    await this.audit.record('SESSION_REVOKED', entry);
  }
}
