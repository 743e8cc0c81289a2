import { Inject, Injectable } from '@nestjs/common';
import { HookGate, HookRunner } from '../hooks';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';

/**
 * Asks the application before somebody ends a session that they picked by its id. What ends sessions for the sake of
 * security (reuse, another password, a disabled account, a limit) goes to `SessionEnder` alone: nobody may veto that.
 */
@Injectable()
export class SessionRevocationGate {
  constructor(
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(HookGate) private readonly gate: HookGate,
  ) {}

  /**
   * Asks the hooks `beforeSessionRevoke`, but not about a session that there is not: the id may be of somebody else, and
   * what the hooks answer to it must not tell (R068). To be called before the unit of work that ends the session.
   *
   * @throws {NAuthException} as HookRunner.before
   */
  async ask(sessionId: string, userId: string): Promise<void> {
    if (!this.hooks.has('beforeSessionRevoke')) return;
    const found = await this.sessions.findWithUser(sessionId);
    if (found?.user.id !== userId || found.session.revokedAt !== null) return;
    await this.gate.ask('beforeSessionRevoke', () => ({ userId, sessionId }), userId);
  }
}
