import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { CLOCK, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../../common';
import { ContextStorage } from '../../context';
import type { MfaBackupCodesResponse, MfaMessageResponse, MfaRemoveDeviceResponse } from '../../contracts';
import { NAuthException } from '../../errors';
import { validateDto } from '../../validation';
import { BackupCodes } from '../backup-codes/backup-codes.service';
import { MfaDeviceDTO, RenameMfaDeviceDTO } from '../dto/mfa.dto';
import { FactorRemoval } from '../factor-removal.service';
import { MFA_OPTIONS, type ResolvedMfaOptions } from '../mfa.options';
import { MFA_REPOSITORY, type MfaRepository } from '../mfa.repository';
import { RecentAuthentication } from '../recent-authentication.service';
import { MfaAccounts } from './mfa-accounts';

/** Who acts where nobody is signed in. */
const SYSTEM_ACTOR = 'system';

/** Changes to the factors that an account has. */
@Injectable()
export class MfaDevicesUseCase {
  constructor(
    @Inject(MfaAccounts) private readonly accounts: MfaAccounts,
    @Inject(RecentAuthentication) private readonly recent: RecentAuthentication,
    @Inject(FactorRemoval) private readonly removal: FactorRemoval,
    @Inject(BackupCodes) private readonly backupCodes: BackupCodes,
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, AUTH_TOKEN_*, AUTH_SESSION_* */
  async rename(body: unknown): Promise<MfaMessageResponse> {
    const { deviceId, name } = validateDto(RenameMfaDeviceDTO, body);
    const user = await this.accounts.signedIn();
    await this.unitOfWork.run(async () => {
      if (!(await this.mfa.rename(deviceId, user.id, name))) throw new NAuthException('RESOURCE_NOT_FOUND');
      await this.audit.record('MFA_DEVICE_UPDATED', {
        status: 'SUCCESS',
        userId: user.id,
        reason: 'renamed',
        details: { factor: deviceId },
      });
    });
    return { message: 'The factor has another name now.' };
  }

  /** @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, AUTH_TOKEN_*, AUTH_SESSION_* */
  async prefer(params: unknown): Promise<MfaMessageResponse> {
    const { deviceId } = validateDto(MfaDeviceDTO, params);
    const user = await this.accounts.signedIn();
    await this.unitOfWork.run(async () => {
      if (!(await this.mfa.prefer(deviceId, user.id, new Date(this.clock.now())))) {
        throw new NAuthException('RESOURCE_NOT_FOUND');
      }
      await this.audit.record('MFA_PREFERRED_METHOD_UPDATED', {
        status: 'SUCCESS',
        userId: user.id,
        details: { factor: deviceId },
      });
    });
    return { message: 'This factor is asked for first from now on.' };
  }

  /**
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_STEP_UP_REQUIRED, RESOURCE_NOT_FOUND, FORBIDDEN for the last one;
   * AUTH_SESSION_NOT_FOUND when the session has ended meanwhile
   */
  async remove(params: unknown): Promise<MfaRemoveDeviceResponse> {
    const { deviceId } = validateDto(MfaDeviceDTO, params);
    return this.unitOfWork.run(async () => {
      const { user } = await this.recent.hold();
      return this.removal.remove(user, deviceId, null);
    });
  }

  /** For administrators. @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, FORBIDDEN for their own account */
  async removeFor(sub: string, params: unknown): Promise<MfaRemoveDeviceResponse> {
    const { deviceId } = validateDto(MfaDeviceDTO, params);
    return this.removeOfOther(sub, deviceId);
  }

  /** For administrators, whoever has the factor. @throws {NAuthException} as `removeFor` */
  async removeAny(params: unknown): Promise<MfaRemoveDeviceResponse> {
    const { deviceId } = validateDto(MfaDeviceDTO, params);
    const owner = await this.mfa.findOwner(deviceId);
    if (owner === null) throw new NAuthException('RESOURCE_NOT_FOUND');
    return this.removeOfOther(owner, deviceId);
  }

  /**
   * @throws {NAuthException} AUTH_STEP_UP_REQUIRED; FORBIDDEN without a factor, which the codes would stand in for;
   * AUTH_SESSION_NOT_FOUND when the session has ended meanwhile
   */
  async generateBackupCodes(): Promise<MfaBackupCodesResponse> {
    return this.unitOfWork.run(async () => {
      const { user } = await this.recent.hold();
      const { factors } = await this.mfa.findAccount(user.id);
      if (!this.options.backup.enabled || factors === 0) throw new NAuthException('FORBIDDEN');
      return { codes: await this.backupCodes.generate(user) };
    });
  }

  /** No way around the recent sign-in that owners need (R084): whoever holds a stolen session would take it. */
  private async removeOfOther(sub: string, deviceId: string): Promise<MfaRemoveDeviceResponse> {
    const identity = this.context.current()?.identity;
    const actor = identity?.status === 'authenticated' ? identity.session.userId : SYSTEM_ACTOR;
    const user = await this.accounts.named(sub);
    if (user.id === actor) {
      throw new NAuthException('FORBIDDEN', { message: 'Nobody removes a factor of the own account here.' });
    }
    return this.removal.remove(user, deviceId, actor);
  }
}
