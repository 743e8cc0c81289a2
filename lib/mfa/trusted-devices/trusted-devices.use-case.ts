import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { CLOCK, UNIT_OF_WORK, UNKNOWN_NETWORK, type Clock, type UnitOfWork } from '../../common';
import {
  AuthCookies,
  ContextStorage,
  CurrentIdentity,
  type CurrentSession,
  type IssuedDevice,
} from '../../context';
import type {
  IsTrustedDeviceResponse,
  RevokedCountResponse,
  RevokedResponse,
  TrustedDeviceInfo,
  TrustedDevicesResponse,
} from '../../contracts';
import { DeviceRecognition, TrustedDevices, type Device } from '../../devices';
import { NAuthException } from '../../errors';
import { validateDto } from '../../validation';
import { MFA_OPTIONS, type ResolvedMfaOptions } from '../mfa.options';
import { RecentAuthentication } from '../recent-authentication.service';
import { TrustedDeviceDTO, TrustDeviceResponseDTO } from '../dto/trusted-device.dto';
import { DeviceTrust } from './device-trust.service';

/** The signed-in user trusts the device of this session, and looks at and ends such trust. */
@Injectable()
export class TrustedDevicesUseCase {
  constructor(
    @Inject(CurrentIdentity) private readonly identity: CurrentIdentity,
    @Inject(RecentAuthentication) private readonly recent: RecentAuthentication,
    @Inject(TrustedDevices) private readonly devices: TrustedDevices,
    @Inject(DeviceTrust) private readonly deviceTrust: DeviceTrust,
    @Inject(DeviceRecognition) private readonly recognition: DeviceRecognition,
    @Inject(AuthCookies) private readonly cookies: AuthCookies,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws {NAuthException} FORBIDDEN, AUTH_STEP_UP_REQUIRED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async trust(): Promise<TrustDeviceResponseDTO> {
    this.identity.require();
    if (!this.options.enabled || this.options.rememberDevices !== 'user_opt_in') {
      throw new NAuthException('FORBIDDEN');
    }
    // A session that lacks the factor would spare itself the factor for ever (R086).
    const { session, device } = await this.unitOfWork.run(async () => {
      // Whatever ends the session ends trust as well: either it waits for this, or this sees that it is over.
      const held = await this.recent.hold();
      return { session: held.session, device: await this.trustDeviceOf(held.session) };
    });
    return this.answer(session, device);
  }

  /** @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async isTrusted(): Promise<IsTrustedDeviceResponse> {
    const { userId, deviceId } = this.identity.require().session;
    const devices = await this.devices.list(userId);
    return { trusted: devices.some(({ id }) => id === deviceId) };
  }

  /** @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async list(): Promise<TrustedDevicesResponse> {
    const { userId, deviceId } = this.identity.require().session;
    const devices = await this.devices.list(userId);
    return { trustedDevices: devices.map((device) => toInfo(device, deviceId)) };
  }

  /** @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async revoke(params: unknown): Promise<RevokedResponse> {
    const { deviceId } = validateDto(TrustedDeviceDTO, params);
    const { userId } = this.identity.require().session;
    await this.unitOfWork.run(async () => {
      if (!(await this.devices.end(userId, deviceId))) throw new NAuthException('RESOURCE_NOT_FOUND');
      const entry = {
        status: 'SUCCESS',
        userId,
        reason: 'revoked_by_user',
        details: { device: deviceId },
      } as const;
      await this.audit.record('DEVICE_UNTRUSTED', entry);
    });
    return { success: true };
  }

  /** @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async revokeAll(): Promise<RevokedCountResponse> {
    const { userId } = this.identity.require().session;
    const revokedCount = await this.unitOfWork.run(() => this.deviceTrust.endAll(userId, 'revoked_by_user'));
    return { revokedCount };
  }

  /** The device may have been forgotten since the session was opened on it: it is made anew then. */
  private async trustDeviceOf({ userId, deviceId }: CurrentSession): Promise<IssuedDevice> {
    const known = deviceId === null ? undefined : await this.deviceTrust.trust(userId, deviceId, 'opt_in');
    if (known) return known;
    const made = await this.recognition.recognise(userId);
    const trusted = made && (await this.deviceTrust.trust(userId, made.id, 'opt_in'));
    if (!trusted) throw new NAuthException('FORBIDDEN');
    return trusted;
  }

  private answer({ delivery }: CurrentSession, device: IssuedDevice): TrustDeviceResponseDTO {
    const state = this.context.current();
    if (state && delivery === 'cookies') this.cookies.setDevice(state, device, this.clock.now());
    return TrustDeviceResponseDTO.of(device.token, delivery);
  }
}

function toInfo(device: Device, currentId: string | null): TrustedDeviceInfo {
  const { id, type, browser, os, network } = device;
  return {
    id,
    deviceId: id,
    deviceName: [browser, os].filter(Boolean).join(', ') || null,
    deviceType: type,
    ipAddress: network === UNKNOWN_NETWORK ? null : network,
    platform: os,
    browser,
    trustedUntil: device.trustedUntil?.toISOString() ?? '',
    lastUsedAt: device.lastSeenAt.toISOString(),
    createdAt: device.createdAt.toISOString(),
    isCurrent: id === currentId,
  };
}
