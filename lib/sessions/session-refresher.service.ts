import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { CLOCK, type Clock } from '../common';
import { ContextStorage, TOKEN_DELIVERY_OPTIONS } from '../context';
import type { IssuedTokens, ResolvedTokenDeliveryOptions } from '../context';
import type { TokenDeliveryMethod } from '../contracts';
import { NAuthException } from '../errors';
import { JWT_OPTIONS, RefreshTokenCodec, type ResolvedJwtOptions } from '../tokens';
import type { Session } from './session';
import { SessionEnder } from './session-ender.service';
import { SESSION_OPTIONS, type ResolvedSessionOptions } from './session.options';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';
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
  constructor(
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(SessionEnder) private readonly ender: SessionEnder,
    @Inject(RefreshTokenCodec) private readonly codec: RefreshTokenCodec,
    @Inject(SessionTokens) private readonly tokens: SessionTokens,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(JWT_OPTIONS) private readonly jwt: ResolvedJwtOptions,
    @Inject(SESSION_OPTIONS) private readonly options: ResolvedSessionOptions,
    @Inject(TOKEN_DELIVERY_OPTIONS) private readonly deliveryOptions: ResolvedTokenDeliveryOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The successor of a refresh token, with a new access token.
   *
   * @param via how the token came; a token is accepted only the way it was delivered (R052)
   * @throws {NAuthException} AUTH_TOKEN_INVALID, AUTH_TOKEN_EXPIRED, AUTH_TOKEN_REUSE_DETECTED (the session has been
   * ended), AUTH_SESSION_NOT_FOUND, AUTH_SESSION_EXPIRED, SERVICE_UNAVAILABLE (nothing was consumed, R053)
   */
  async refresh(refreshToken: string, via: TokenDeliveryMethod): Promise<IssuedTokens> {
    const presentedAt = this.context.current()?.startedAt ?? this.clock.now();
    const claim = this.codec.decode(refreshToken);
    if (!claim) throw new NAuthException('AUTH_TOKEN_INVALID');
    for (let attempt = 0; attempt <= MAX_LOST_RACES; attempt += 1) {
      const found = await this.sessions.findWithUser(claim.sessionId);
      if (!found || !this.isGenuine(refreshToken, found.session, claim.generation, via)) {
        throw new NAuthException('AUTH_TOKEN_INVALID');
      }
      assertSessionStands(found, this.clock.now(), this.options.idleTimeoutMs);
      const { session } = found;
      if (claim.generation !== session.generation)
        return this.answerSpent(session, claim.generation, presentedAt);
      if (this.clock.now() >= session.refreshExpiresAt.getTime())
        throw new NAuthException('AUTH_TOKEN_EXPIRED');
      const rotated = await this.rotate(session);
      if (rotated) return this.issue(rotated);
    }
    throw new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1 });
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
    const won = await this.sessions.rotate({
      id: session.id,
      generation: session.generation,
      at,
      refreshExpiresAt,
      ipAddress: client?.ipAddress ?? session.ipAddress,
      userAgent: client?.userAgent ?? session.userAgent,
    });
    return won
      ? { ...session, generation: session.generation + 1, rotatedAt: at, refreshExpiresAt }
      : undefined;
  }

  /**
   * A token of an earlier generation: within the grace window the direct parent gets the live token again (R048, R049).
   * A parent that was already on its way when it was spent is a duplicate and is refused without harm. All else is
   * reuse.
   */
  private async answerSpent(
    session: Session,
    generation: number,
    presentedAt: number,
  ): Promise<IssuedTokens> {
    const isParent = generation === session.generation - 1 && session.rotatedAt !== null;
    const age = presentedAt - (session.rotatedAt?.getTime() ?? 0);
    if (isParent && this.jwt.refreshToken.graceMs > 0 && age <= this.jwt.refreshToken.graceMs) {
      return this.issue(session);
    }
    if ((isParent && age <= 0) || !this.jwt.refreshToken.reuseDetection) {
      throw new NAuthException('AUTH_TOKEN_INVALID');
    }
    await this.endFamily(session);
    throw new NAuthException('AUTH_TOKEN_REUSE_DETECTED');
  }

  /** A unit of its own, committed before the refusal is thrown, so that the refusal cannot undo it (R047). */
  private async endFamily(session: Session): Promise<void> {
    await this.ender.end(session.id, 'refresh_reuse');
    await this.audit.recordRefusal('REFRESH_REUSE', {
      status: 'SUSPICIOUS',
      userId: session.userId,
      sessionId: session.id,
      reason: 'a spent refresh token was presented',
    });
  }

  private issue(session: Session): IssuedTokens {
    const issued = this.tokens.issue(session);
    const state = this.context.current();
    if (state) state.issued = issued;
    return issued;
  }
}
