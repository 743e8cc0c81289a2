import { Inject, Injectable, Optional } from '@nestjs/common';
import { AuditRecorder } from '../audit';
import { CLOCK, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../common';
import { ContextStorage, TOKEN_DELIVERY_OPTIONS } from '../context';
import type { IssuedTokens, ResolvedTokenDeliveryOptions } from '../context';
import type { TokenDeliveryMethod } from '../contracts';
import { NAuthException } from '../errors';
import { HookGate, HookRunner, type RefreshPayload } from '../hooks';
import { AccountNotices } from '../notifications';
import { JWT_OPTIONS, RefreshTokenCodec, type ResolvedJwtOptions } from '../tokens';
import { toUserProfile } from '../users';
import { DuplicateRefresh } from './duplicate-refresh';
import { RotationAge, type Arrival } from './rotation-age';
import type { Session, SessionWithUser } from './session';
import { SessionEnder } from './session-ender.service';
import { SESSION_POLICY, type SessionPolicy } from './session-policy';
import { SESSION_OPTIONS, type ResolvedSessionOptions } from './session.options';
import { SESSION_REPOSITORY, type RefreshCandidate, type SessionRepository } from './session.repository';
import { assertSessionStands } from './session-state';
import { SessionTokens } from './session-tokens';

/** Lost races in a row before a refresh gives up; each one means that somebody else made progress. */
const MAX_LOST_RACES = 3;

/**
 * Refresh-token rotation (RFC 9700 section 4.14.2). A token names a generation of its session and the row holds the
 * live one, so every earlier token is recognised as spent for as long as the row lives, without being stored (R054).
 */
@Injectable()
export class SessionRefresher {
  private readonly rotationAge = new RotationAge();

  constructor(
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(SessionEnder) private readonly ender: SessionEnder,
    @Inject(RefreshTokenCodec) private readonly codec: RefreshTokenCodec,
    @Inject(SessionTokens) private readonly tokens: SessionTokens,
    @Inject(HookGate) private readonly gate: HookGate,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuditRecorder) private readonly audit: AuditRecorder,
    @Inject(AccountNotices) private readonly notices: AccountNotices,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(JWT_OPTIONS) private readonly jwt: ResolvedJwtOptions,
    @Inject(SESSION_OPTIONS) private readonly options: ResolvedSessionOptions,
    @Inject(TOKEN_DELIVERY_OPTIONS) private readonly deliveryOptions: ResolvedTokenDeliveryOptions,
    @Inject(CLOCK) private readonly clock: Clock,
    @Optional() @Inject(SESSION_POLICY) private readonly policy?: SessionPolicy,
  ) {}

  /**
   * The successor of a refresh token, with a new access token.
   *
   * @param via how the token came; a token is accepted only the way it was delivered (R052)
   * @throws {NAuthException} AUTH_TOKEN_INVALID, AUTH_TOKEN_EXPIRED, AUTH_TOKEN_REUSE_DETECTED (the session has been
   * ended), AUTH_SESSION_NOT_FOUND, AUTH_SESSION_EXPIRED, SERVICE_UNAVAILABLE (nothing was consumed, R053)
   */
  async refresh(refreshToken: string, via: TokenDeliveryMethod): Promise<IssuedTokens> {
    const arrival = this.arrival();
    const claim = this.codec.decode(refreshToken);
    if (!claim) throw new NAuthException('AUTH_TOKEN_INVALID');
    let isAsked = false;
    for (let lostRaces = 0; lostRaces <= MAX_LOST_RACES; lostRaces += 1) {
      const found = await this.sessions.findForRefresh(claim.sessionId);
      if (!found || !this.isGenuine(refreshToken, found.session, claim.generation, via)) {
        throw new NAuthException('AUTH_TOKEN_INVALID');
      }
      const { session } = found;
      const isLive = claim.generation === session.generation;
      await this.assertUsable(found, claim.generation, arrival);
      const asked = isAsked ? undefined : this.ask(found);
      isAsked = true;
      if (asked) {
        await asked;
        // Meanwhile the session may have become another one: it is read again, which is not a lost race.
        lostRaces -= 1;
        continue;
      }
      const current = isLive ? await this.rotate(session) : session;
      if (current) return this.issue(found, current);
    }
    throw new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1 });
  }

  /** A genuine token that is refused: whose it is stands fast, so the trail says so. */
  private async assertUsable(found: RefreshCandidate, generation: number, arrival: Arrival): Promise<void> {
    const { session } = found;
    try {
      assertSessionStands(found, this.clock.now(), this.options.idleTimeoutMs);
      if (generation !== session.generation) await this.assertWithinGrace(found, generation, arrival);
      else if (this.clock.now() >= session.refreshExpiresAt.getTime())
        throw new NAuthException('AUTH_TOKEN_EXPIRED');
      await this.assertMayGoOn(found);
    } catch (error) {
      await this.recordRefusal(session, error);
      throw error;
    }
  }

  private async assertMayGoOn(found: SessionWithUser): Promise<void> {
    const reason = await this.policy?.endOf(found);
    if (reason === undefined) return;
    const { id: sessionId, userId } = found.session;
    // Committed before the refusal is thrown, so that its access tokens end as well.
    await this.unitOfWork.run(async () => {
      if (!(await this.ender.end(sessionId, reason, userId))) return;
      await this.audit.record('SESSION_REVOKED', { status: 'SUCCESS', userId, sessionId, reason });
    });
    throw new NAuthException('AUTH_SESSION_EXPIRED');
  }

  private arrival(): Arrival {
    const state = this.context.current();
    return { at: state?.startedAt ?? this.clock.now(), ticks: state?.startedTicks ?? performance.now() };
  }

  private isGenuine(text: string, session: Session, generation: number, via: TokenDeliveryMethod): boolean {
    const { id: sessionId, refreshSalt: salt } = session;
    return (
      this.codec.matches(text, { sessionId, generation, salt }) &&
      session.delivery === via &&
      generation <= session.generation
    );
  }

  private async rotate(session: Session): Promise<Session | undefined> {
    const at = new Date(this.clock.now());
    const ttl = this.deliveryOptions.refreshTtlMs[session.delivery];
    const refreshExpiresAt = new Date(Math.min(at.getTime() + ttl, session.expiresAt.getTime()));
    const client = this.context.current()?.client;
    const { id: sessionId, userId, authMethod, generation } = session;
    const won = await this.unitOfWork.run(async () => {
      const rotated = await this.sessions.rotate({
        id: sessionId,
        generation,
        at,
        refreshExpiresAt,
        ipAddress: client?.ipAddress ?? session.ipAddress,
        userAgent: client?.userAgent ?? session.userAgent,
      });
      if (rotated)
        await this.audit.record('TOKEN_REFRESHED', { status: 'SUCCESS', userId, sessionId, authMethod });
      return rotated;
    });
    if (!won) return undefined;
    this.rotationAge.note(sessionId, generation + 1, at.getTime());
    return { ...session, generation: generation + 1, refreshExpiresAt };
  }

  /**
   * A token of an earlier generation: within the grace window the direct parent gets the live token again (R048, R049).
   * A parent that was already on its way when it was spent is a duplicate and is refused without harm. All else is
   * reuse.
   */
  private async assertWithinGrace(
    found: RefreshCandidate,
    generation: number,
    arrival: Arrival,
  ): Promise<void> {
    const { session } = found;
    const isParent = generation === session.generation - 1 && session.rotatedAt !== null;
    const age = this.rotationAge.whenPresented(found, arrival);
    if (isParent && this.jwt.refreshToken.graceMs > 0 && age <= this.jwt.refreshToken.graceMs) return;
    if (isParent && age <= 0) throw new DuplicateRefresh();
    if (!this.jwt.refreshToken.reuseDetection) throw new NAuthException('AUTH_TOKEN_INVALID');
    await this.endFamily(found);
    throw new NAuthException('AUTH_TOKEN_REUSE_DETECTED');
  }

  /** A unit of its own, committed before the refusal is thrown, so that the refusal cannot undo it (R047). */
  private async endFamily({ session, user }: SessionWithUser): Promise<void> {
    const { id: sessionId, userId } = session;
    await this.unitOfWork.run(async () => {
      const ended = await this.ender.end(sessionId, 'refresh_reuse', userId);
      if (ended) await this.notices.sessionsRevoked(user, 1);
      await this.audit.recordRefusal('REFRESH_REUSE', {
        status: 'SUSPICIOUS',
        userId,
        sessionId,
        reason: 'spent_refresh_token',
      });
    });
    this.hooks.notify('refreshReuse', () => ({ userId, sessionId }));
  }

  private ask(found: SessionWithUser): Promise<void> | undefined {
    return this.gate.ask('beforeRefresh', () => toPayload(found), found.user.id);
  }

  /** Reuse has been recorded together with the end of the session. */
  private async recordRefusal({ id: sessionId, userId }: Session, error: unknown): Promise<void> {
    if (!(error instanceof NAuthException) || error.getStatus() >= 500) return;
    if (error.code === 'AUTH_TOKEN_REUSE_DETECTED') return;
    const reason = error.code.toLowerCase();
    await this.audit.recordLimited(
      'TOKEN_REFRESHED',
      { status: 'FAILURE', userId, sessionId, reason },
      sessionId,
    );
  }

  private async issue(found: SessionWithUser, current: Session): Promise<IssuedTokens> {
    const issued = this.tokens.issue(current);
    const state = this.context.current();
    if (state) state.issued = issued;
    await this.hooks.after('afterRefresh', () => toPayload(found));
    return issued;
  }
}

function toPayload({ session, user }: SessionWithUser): RefreshPayload {
  return { user: toUserProfile(user, session.authMethod), sessionId: session.id };
}
