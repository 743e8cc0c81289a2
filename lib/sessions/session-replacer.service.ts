import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { CLOCK, randomId, randomToken, type Clock } from '../common';
import { ContextStorage, TOKEN_DELIVERY_OPTIONS } from '../context';
import type { IssuedTokens, ResolvedTokenDeliveryOptions } from '../context';
import { NAuthException } from '../errors';
import { hasSecondFactor } from './second-factor';
import type { Session } from './session';
import { SessionEnder } from './session-ender.service';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';
import { SessionTokens } from './session-tokens';

/** What has been proved anew. */
export interface FreshProof {
  amr: readonly string[];
  authTime: Date;
}

/** Lets a session go on under another id, so that nothing that was known of it before is worth anything (R067, R122). */
@Injectable()
export class SessionReplacer {
  constructor(
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(SessionEnder) private readonly ender: SessionEnder,
    @Inject(SessionTokens) private readonly tokens: SessionTokens,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(TOKEN_DELIVERY_OPTIONS) private readonly delivery: ResolvedTokenDeliveryOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Ends the session and opens its successor, as part of the running unit of work. The successor takes over what was
   * proved and when, what spared it the second factor unless that has been shown since, how the tokens travel, and the
   * absolute end (R055): it is the same sign-in. Nothing is to be done for one session twice, so this is for a session that
   * still lives.
   *
   * @param proof what has been proved anew, in place of what the session stood for
   * @throws {NAuthException} AUTH_SESSION_NOT_FOUND when the session has ended meanwhile
   */
  async replace(sessionId: string, userId: string, proof?: FreshProof): Promise<Session> {
    const found = await this.sessions.findWithUser(sessionId);
    if (!found || !(await this.ender.end(sessionId, 'replaced', userId))) {
      throw new NAuthException('AUTH_SESSION_NOT_FOUND');
    }
    const successor = this.successorOf(found.session, proof);
    await this.sessions.insert(successor);
    await this.audit.record('SESSION_CREATED', {
      status: 'SUCCESS',
      userId,
      sessionId: successor.id,
      authMethod: successor.authMethod,
      reason: 'replaced',
      deviceId: successor.deviceId,
    });
    return successor;
  }

  /** The tokens of a successor, for the answer of this request. To be called once its unit is committed. */
  issue(successor: Session): IssuedTokens {
    const issued = this.tokens.issue(successor);
    const state = this.context.current();
    if (state) state.issued = issued;
    return issued;
  }

  private successorOf(session: Session, { amr, authTime }: FreshProof = session): Session {
    const now = this.clock.now();
    const client = this.context.current()?.client;
    const ttl = this.delivery.refreshTtlMs[session.delivery];
    return {
      ...session,
      id: randomId(),
      generation: 0,
      refreshSalt: randomToken(32),
      amr: [...amr],
      mfaSparedBy: hasSecondFactor(amr) ? null : session.mfaSparedBy,
      authTime,
      ipAddress: client?.ipAddress ?? session.ipAddress,
      userAgent: client?.userAgent ?? session.userAgent,
      lastActivityAt: new Date(now),
      rotatedAt: null,
      refreshExpiresAt: new Date(Math.min(now + ttl, session.expiresAt.getTime())),
      revokedAt: null,
      revokeReason: null,
    };
  }
}
