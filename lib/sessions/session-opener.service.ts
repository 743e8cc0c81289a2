import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { CLOCK, randomId, randomToken, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../common';
import { ContextStorage, DeliveryPolicy, TOKEN_DELIVERY_OPTIONS } from '../context';
import { coordinates } from '../context';
import type { GeoLocation, IssuedTokens, ResolvedTokenDeliveryOptions } from '../context';
import type { AuthMethod } from '../contracts';
import { DeviceRecognition } from '../devices';
import { NAuthException } from '../errors';
import { USER_REPOSITORY, type User, type UserRepository } from '../users';
import type { MfaSparedBy, Session } from './session';
import { SessionEnder } from './session-ender.service';
import { SESSION_OPTIONS, type ResolvedSessionOptions } from './session.options';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';
import { SessionTokens } from './session-tokens';

export interface OpenSession {
  user: User;
  authMethod: AuthMethod;
  /** Authentication methods references (RFC 8176). */
  amr: string[];
  /** What spared the sign-in its second factor, if something did. */
  mfaSparedBy: MfaSparedBy | null;
  deviceName?: string | null;
}

/** Opens sessions: the one place where a first pair of tokens is made. */
@Injectable()
export class SessionOpener {
  constructor(
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(SessionEnder) private readonly ender: SessionEnder,
    @Inject(SessionTokens) private readonly tokens: SessionTokens,
    @Inject(DeviceRecognition) private readonly devices: DeviceRecognition,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(DeliveryPolicy) private readonly delivery: DeliveryPolicy,
    @Inject(SESSION_OPTIONS) private readonly options: ResolvedSessionOptions,
    @Inject(TOKEN_DELIVERY_OPTIONS) private readonly deliveryOptions: ResolvedTokenDeliveryOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Does beforehand what may take a while and needs no database. For callers that open a session within a unit of work,
   * which should not hold a connection meanwhile.
   */
  async prepare(): Promise<void> {
    await this.location();
  }

  /**
   * A new session with new identifiers (R067) and its tokens, as one unit with the claim that the account is still as
   * it was when its credentials were checked (R076). Sessions over the limit end, oldest first (R068).
   *
   * @throws {NAuthException} AUTH_INVALID_CREDENTIALS when the account changed meanwhile
   */
  async open(request: OpenSession): Promise<IssuedTokens> {
    const location = await this.location();
    const { session, device } = await this.unitOfWork.run(async () => {
      const { id, securityVersion } = request.user;
      if (!(await this.users.claimLogin(id, securityVersion, new Date(this.clock.now())))) {
        throw new NAuthException('AUTH_INVALID_CREDENTIALS');
      }
      const device = await this.devices.recognise(id);
      const session = this.newSession(request, device?.id ?? null, location);
      await this.sessions.insert(session);
      if (this.options.maxConcurrent > 0) await this.endSurplus(id, this.options.maxConcurrent);
      await this.audit.record('SESSION_CREATED', {
        status: 'SUCCESS',
        userId: id,
        sessionId: session.id,
        authMethod: session.authMethod,
        deviceId: session.deviceId,
      });
      return { session, device };
    });
    const issued: IssuedTokens = { ...this.tokens.issue(session), device };
    const state = this.context.current();
    if (state) state.issued = issued;
    return issued;
  }

  private async endSurplus(userId: string, keep: number): Promise<void> {
    const ended = await this.ender.endOldest(userId, keep);
    if (ended === 0) return;
    const details = { sessions: ended };
    await this.audit.record('SESSION_REVOKED', {
      status: 'SUCCESS',
      userId,
      sessionId: null,
      reason: 'session_limit',
      details,
    });
  }

  private async location(): Promise<GeoLocation | null> {
    return (await this.context.current()?.client?.geo()) ?? null;
  }

  private newSession(
    { user, authMethod, amr, mfaSparedBy, deviceName }: OpenSession,
    deviceId: string | null,
    location: GeoLocation | null,
  ): Session {
    const state = this.context.current();
    const client = state?.client;
    const delivery = this.delivery.methodFor(state);
    const now = this.clock.now();
    const createdAt = new Date(now);
    const expiresAt = new Date(now + this.options.maxLifetimeMs);
    return {
      id: randomId(),
      userId: user.id,
      generation: 0,
      refreshSalt: randomToken(32),
      delivery,
      authMethod,
      amr,
      mfaSparedBy,
      authTime: createdAt,
      deviceId,
      deviceName: deviceName ?? null,
      deviceType: client?.device.type ?? null,
      browser: client?.device.browser ?? null,
      os: client?.device.os ?? null,
      network: client?.network ?? null,
      country: location?.country ?? null,
      city: location?.city ?? null,
      ...coordinates(location),
      ipAddress: client?.ipAddress ?? null,
      userAgent: client?.userAgent ?? null,
      createdAt,
      lastActivityAt: createdAt,
      rotatedAt: null,
      refreshExpiresAt: new Date(
        Math.min(now + this.deliveryOptions.refreshTtlMs[delivery], expiresAt.getTime()),
      ),
      expiresAt,
      revokedAt: null,
      revokeReason: null,
    };
  }
}
