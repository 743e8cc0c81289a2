import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { UNIT_OF_WORK, type UnitOfWork } from '../../common';
import { AuthCookies, ContextStorage, CurrentIdentity, type CurrentSession } from '../../context';
import type { LogoutAllResponse, LogoutResponse, LogoutSessionResponse } from '../../contracts';
import { DeviceRecognition } from '../../devices';
import { NAuthException } from '../../errors';
import { HookGate, HookRunner, type BeforeLogoutPayload } from '../../hooks';
import { SessionEnder, SessionRevocationGate } from '../../sessions';
import { LogoutAllDTO, LogoutDTO, LogoutSessionDTO } from '../dto';
import { validateDto } from '../../validation';

/** Ends sessions of the signed-in user: this one, all, or one by its id. */
@Injectable()
export class LogoutUseCase {
  constructor(
    @Inject(CurrentIdentity) private readonly identity: CurrentIdentity,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(SessionRevocationGate) private readonly revocations: SessionRevocationGate,
    @Inject(DeviceRecognition) private readonly devices: DeviceRecognition,
    @Inject(HookGate) private readonly hookGate: HookGate,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(AuthCookies) private readonly cookies: AuthCookies,
  ) {}

  /** @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async execute(body: unknown): Promise<LogoutResponse> {
    const { forgetMe } = validateDto(LogoutDTO, body ?? {});
    const { session } = this.identity.require();
    const forgets = forgetMe === true || forgetMe === 'true';
    const { userId, sessionId } = session;
    const logout: BeforeLogoutPayload = { userId, scope: 'session', sessionId };
    await this.ask(logout);
    await this.unitOfWork.run(async () => {
      const ended = await this.end(userId, sessionId, 'logout');
      if (forgets) await this.forgetDevice(session);
      if (ended) await this.tell(logout, 1);
    });
    this.clearCookies(session, forgets);
    return { success: true };
  }

  /** @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async all(body: unknown): Promise<LogoutAllResponse> {
    const { forgetDevices: forgets = false } = validateDto(LogoutAllDTO, body ?? {});
    const { session } = this.identity.require();
    const { userId, sessionId } = session;
    const logout: BeforeLogoutPayload = { userId, scope: 'all', sessionId };
    await this.ask(logout);
    const revokedCount = await this.unitOfWork.run(async () => {
      const ended = await this.sessions.endAll(userId, 'logout_all');
      await this.audit.record('GLOBAL_SIGNOUT', {
        status: 'SUCCESS',
        userId,
        sessionId,
        details: { sessions: ended },
      });
      if (forgets && (await this.devices.forgetAll(userId)) > 0) {
        await this.audit.record('DEVICE_FORGOTTEN', { status: 'SUCCESS', userId, reason: 'all_devices' });
      }
      await this.tell(logout, ended);
      return ended;
    });
    this.clearCookies(session, forgets);
    return { message: 'All sessions have been ended.', revokedCount };
  }

  /**
   * Ends one session of the user. A session of somebody else answers like one that does not exist (R068).
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  async one(params: unknown): Promise<LogoutSessionResponse> {
    const { sessionId } = validateDto(LogoutSessionDTO, params);
    const { session } = this.identity.require();
    const { userId } = session;
    await this.revocations.ask(sessionId, userId);
    const ended = await this.unitOfWork.run(() => this.end(userId, sessionId, 'revoked_by_user'));
    if (!ended) throw new NAuthException('RESOURCE_NOT_FOUND');
    const wasCurrentSession = sessionId === session.sessionId;
    if (wasCurrentSession) this.clearCookies(session, false);
    return { success: true, wasCurrentSession };
  }

  /** True when this call ended the session; then, and only then, the trail says so. Part of the running unit. */
  private async end(
    userId: string,
    sessionId: string,
    reason: 'logout' | 'revoked_by_user',
  ): Promise<boolean> {
    const ended = await this.sessions.end(sessionId, reason, userId);
    if (ended) await this.audit.record('SESSION_REVOKED', { status: 'SUCCESS', userId, sessionId, reason });
    return ended;
  }

  private async forgetDevice({ userId, sessionId, deviceId }: CurrentSession): Promise<void> {
    if (deviceId === null || !(await this.devices.forget(userId, deviceId))) return;
    await this.audit.record('DEVICE_FORGOTTEN', { status: 'SUCCESS', userId, sessionId });
  }

  private ask(logout: BeforeLogoutPayload): Promise<void> | undefined {
    return this.hookGate.ask('beforeLogout', () => logout, logout.userId);
  }

  private tell(logout: BeforeLogoutPayload, revokedCount: number): Promise<void> | undefined {
    return this.hooks.after('afterLogout', () => ({ ...logout, revokedCount }));
  }

  /** Cookies beside a bearer token are of another session, which goes on. */
  private clearCookies({ delivery }: CurrentSession, withDevice: boolean): void {
    const state = this.context.current();
    if (!state || delivery !== 'cookies') return;
    this.cookies.clear(state);
    if (withDevice) this.cookies.clearDevice(state);
  }
}
