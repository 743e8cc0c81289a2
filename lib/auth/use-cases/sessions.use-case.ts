import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common';
import type { SessionInfo, SessionsResponse } from '../../contracts';
import { SESSION_REPOSITORY, type Session, type SessionRepository } from '../../sessions';
import { CurrentIdentity } from '../../context';

/** The live sessions of the signed-in user. */
@Injectable()
export class SessionsUseCase {
  constructor(
    @Inject(CurrentIdentity) private readonly identity: CurrentIdentity,
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async execute(): Promise<SessionsResponse> {
    const { session: current } = this.identity.require();
    const live = await this.sessions.findLive(current.userId, new Date(this.clock.now()));
    return { sessions: live.map((session) => toSessionInfo(session, current.sessionId)) };
  }
}

function toSessionInfo(session: Session, currentId: string): SessionInfo {
  return {
    sessionId: session.id,
    deviceId: session.deviceId,
    deviceName: session.deviceName,
    deviceType: session.deviceType,
    browser: session.browser,
    platform: session.os,
    ipAddress: session.ipAddress,
    ipCountry: session.country,
    ipCity: session.city,
    userAgent: session.userAgent,
    authMethod: session.authMethod,
    isCurrent: session.id === currentId,
    createdAt: session.createdAt.toISOString(),
    lastActivityAt: session.lastActivityAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
  };
}
