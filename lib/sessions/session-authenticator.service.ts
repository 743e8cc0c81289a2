import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { NAuthException } from '../errors';
import { AccessTokenService } from '../tokens';
import type { SessionWithUser } from './session';
import { SESSION_OPTIONS, type ResolvedSessionOptions } from './session.options';
import { LiveSessions } from './live-sessions.service';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';
import { assertSessionStands, standing } from './session-state';

/** How stale `last_activity_at` may become before a request writes it again. */
const MAX_TOUCH_INTERVAL_MS = 5 * 60_000;

/** Turns an access token into the live session and user behind it, as a rule without a query (R038). */
@Injectable()
export class SessionAuthenticator {
  private readonly logger = new Logger(SessionAuthenticator.name);
  private readonly touchIntervalMs: number;

  constructor(
    @Inject(AccessTokenService) private readonly accessTokens: AccessTokenService,
    @Inject(LiveSessions) private readonly live: LiveSessions,
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(SESSION_OPTIONS) private readonly options: ResolvedSessionOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.touchIntervalMs = Math.min(MAX_TOUCH_INTERVAL_MS, (options.idleTimeoutMs ?? Infinity) / 4);
  }

  /**
   * @throws {NAuthException} AUTH_TOKEN_INVALID, AUTH_TOKEN_EXPIRED, AUTH_SESSION_NOT_FOUND, AUTH_SESSION_EXPIRED,
   * SERVICE_UNAVAILABLE when the database cannot say (never a grant, R044)
   */
  async authenticate(accessToken: string): Promise<SessionWithUser> {
    const claims = this.accessTokens.verify(accessToken);
    const now = this.clock.now();
    const remembered = await this.live.find(claims.sid);
    // Activity that another instance has seen may stand in the database only: a refusal is made on fresh facts.
    const found = this.stands(remembered, now) ? remembered : await this.live.reload(claims.sid);
    assertSessionStands(found, now, this.options.idleTimeoutMs);
    if (found.session.userId !== claims.sub) throw new NAuthException('AUTH_TOKEN_INVALID');
    if (now - found.session.lastActivityAt.getTime() >= this.touchIntervalMs)
      await this.touch(found.session.id, now);
    return found;
  }

  private stands(found: SessionWithUser | null, now: number): boolean {
    return found !== null && standing(found, now, this.options.idleTimeoutMs) === 'stands';
  }

  /** Activity is kept for the list of sessions and the idle limit; a failure to note it does not fail the request. */
  private async touch(sessionId: string, now: number): Promise<void> {
    try {
      await this.sessions.touch(sessionId, new Date(now));
      this.live.noteActivity(sessionId, new Date(now));
    } catch {
      this.logger.warn('The activity of a session could not be noted.');
    }
  }
}
