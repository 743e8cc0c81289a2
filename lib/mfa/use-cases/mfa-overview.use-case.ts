import { Inject, Injectable } from '@nestjs/common';
import type {
  MfaAvailableMethodsResponse,
  MfaDeviceInfo,
  MfaDevicesResponse,
  MfaMethodName,
  MfaStatus,
} from '../../contracts';
import type { User } from '../../users';
import { validateDto } from '../../validation';
import { MfaAccountDTO } from '../dto/mfa.dto';
import { preferredOf } from '../factor-verifier.service';
import type { MfaDevice } from '../mfa-device';
import { MfaMethodRegistry } from '../mfa-method-registry';
import { MfaPolicy } from '../mfa-policy.service';
import { MFA_OPTIONS, type ResolvedMfaOptions } from '../mfa.options';
import { MFA_REPOSITORY, type MfaRepository } from '../mfa.repository';
import { toExemption } from './mfa-exemption.use-case';
import { MfaAccounts } from './mfa-accounts';

/** What an account has of second factors, and what it could have. */
@Injectable()
export class MfaOverviewUseCase {
  constructor(
    @Inject(MfaAccounts) private readonly accounts: MfaAccounts,
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(MfaMethodRegistry) private readonly methods: MfaMethodRegistry,
    @Inject(MfaPolicy) private readonly policy: MfaPolicy,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
  ) {}

  /** @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async status(): Promise<MfaStatus> {
    return this.statusOf(await this.accounts.signedIn());
  }

  /** @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, SERVICE_UNAVAILABLE */
  async statusFor(params: unknown): Promise<MfaStatus> {
    const { sub } = validateDto(MfaAccountDTO, params);
    return this.statusOf(await this.accounts.named(sub));
  }

  /** @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async devices(): Promise<MfaDevicesResponse> {
    return this.devicesOf(await this.accounts.signedIn());
  }

  /** @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, SERVICE_UNAVAILABLE */
  async devicesFor(params: unknown): Promise<MfaDevicesResponse> {
    const { sub } = validateDto(MfaAccountDTO, params);
    return this.devicesOf(await this.accounts.named(sub));
  }

  /** @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async availableMethods(): Promise<MfaAvailableMethodsResponse> {
    return { availableMethods: this.availableTo(await this.accounts.signedIn()) };
  }

  private async statusOf(user: User): Promise<MfaStatus> {
    const account = await this.mfa.findAccount(user.id);
    const devices = await this.mfa.findDevices(user.id);
    const methods = [...new Set(devices.map(({ type }) => type))];
    const preferredMethod = preferredOf(devices)?.type;
    return {
      enabled: devices.length > 0,
      required: this.policy.isRequiredOf(account),
      methods,
      configuredMethods: methods,
      availableMethods: this.availableTo(user),
      hasBackupCodes: account.backupCodesLeft > 0,
      backupCodesRemaining: account.backupCodesLeft,
      ...(preferredMethod && { preferredMethod }),
      ...toExemption(account.exemption),
    };
  }

  private async devicesOf(user: User): Promise<MfaDevicesResponse> {
    const devices = await this.mfa.findDevices(user.id);
    const preferred = preferredOf(devices);
    return { devices: devices.map((device) => toDeviceInfo(device, device === preferred)) };
  }

  private availableTo(user: User): MfaMethodName[] {
    if (!this.options.enabled) return [];
    return this.methods.usable().flatMap((method) => (method.canSetUp(user) ? [method.name] : []));
  }
}

function toDeviceInfo(device: MfaDevice, isPreferred: boolean): MfaDeviceInfo {
  return {
    id: device.id,
    type: device.type,
    name: device.name,
    isPreferred,
    isActive: device.isActive,
    createdAt: device.createdAt.toISOString(),
    lastUsedAt: device.lastUsedAt?.toISOString() ?? null,
  };
}
