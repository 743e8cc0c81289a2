import { Inject, Injectable, Optional } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { UNIT_OF_WORK, type UnitOfWork } from '../common';
import type { MfaRemoveDeviceResponse } from '../contracts';
import { NAuthException } from '../errors';
import { HookRunner } from '../hooks';
import { SessionEnder } from '../sessions';
import { toUserProfile, USER_REPOSITORY, type User, type UserRepository } from '../users';
import { FactorNotices } from './factor-notices.service';
import type { MfaDevice } from './mfa-device';
import { MfaMethodRegistry } from './mfa-method-registry';
import { MFA_OPTIONS, type ResolvedMfaOptions } from './mfa.options';
import { MFA_REPOSITORY, type MfaRepository, type RemoveDeviceOutcome } from './mfa.repository';
import { SECOND_FACTOR_BYPASS, type SecondFactorBypass } from './ports/second-factor-bypass';

/** What the audit trail says of a removal. */
interface RemovalCause {
  performedBy: string | null;
  reason?: string;
}

/** Takes factors away, and never the last one of an account that has to have one (R087). */
@Injectable()
export class FactorRemoval {
  constructor(
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(MfaMethodRegistry) private readonly methods: MfaMethodRegistry,
    @Inject(FactorNotices) private readonly notices: FactorNotices,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
    @Optional() @Inject(SECOND_FACTOR_BYPASS) private readonly bypass?: SecondFactorBypass,
  ) {}

  /**
   * @param performedBy who does it, where that is not the user: an administrator, who may remove the last one too. Whoever
   * lost the factor may have lost more: all sessions of the account end, and the next sign-in sets up what is missing (R092)
   * @throws {NAuthException} RESOURCE_NOT_FOUND; FORBIDDEN for the last factor of an account that has to have one
   */
  async remove(user: User, deviceId: string, performedBy: string | null): Promise<MfaRemoveDeviceResponse> {
    const device = await this.mfa.findDevice(deviceId, user.id);
    if (!device) throw new NAuthException('RESOURCE_NOT_FOUND');
    return this.unitOfWork.run(async () => {
      // As its owner does, who holds a session next: first the account, then its factors.
      await this.users.hold(user.id);
      const outcome = await this.take(user, device, { performedBy });
      if (outcome === 'absent') throw new NAuthException('RESOURCE_NOT_FOUND');
      if (performedBy !== null) await this.endSessions(user, performedBy);
      const mfaDisabled = outcome === 'removed_last';
      return { removedDeviceId: device.id, removedMethod: device.type, mfaDisabled };
    });
  }

  /**
   * Removes a factor because of what else its owner changes. Part of the running unit of work, which a refusal undoes.
   *
   * @throws {NAuthException} FORBIDDEN for the last factor of an account that has to have one
   */
  async drop(user: User, device: MfaDevice, reason: string): Promise<void> {
    await this.take(user, device, { performedBy: null, reason });
  }

  private async take(
    user: User,
    device: MfaDevice,
    cause: RemovalCause,
  ): Promise<Exclude<RemoveDeviceOutcome, 'last'>> {
    const isDemanded = this.options.enabled && this.options.enforcement !== 'OPTIONAL';
    const outcome = await this.mfa.removeDevice(device.id, user.id, isDemanded && cause.performedBy === null);
    if (outcome === 'absent') return outcome;
    if (outcome === 'last') {
      throw new NAuthException('FORBIDDEN', { message: 'The last second factor cannot be removed.' });
    }
    await this.bypass?.endTrust(user.id);
    await this.tell(user, device, outcome === 'removed_last', cause);
    return outcome;
  }

  private async endSessions({ id: userId }: User, performedBy: string): Promise<void> {
    const sessions = await this.sessions.endAll(userId, 'revoked_by_admin');
    if (sessions === 0) return;
    await this.audit.record('SESSION_REVOKED', {
      ...{ status: 'SUCCESS', userId, performedBy },
      ...{ reason: 'mfa_device_removed', details: { sessions } },
    });
  }

  private async tell(
    user: User,
    { id, type, name }: MfaDevice,
    mfaDisabled: boolean,
    cause: RemovalCause,
  ): Promise<void> {
    const entry = {
      status: 'SUCCESS',
      userId: user.id,
      ...cause,
      details: { method: type, factor: id },
    } as const;
    await this.audit.record('MFA_DEVICE_REMOVED', entry);
    if (mfaDisabled) await this.audit.record('MFA_DISABLED', entry);
    const label = this.methods.get(type)?.label ?? type;
    await this.notices.removed(user, label, name, cause.performedBy === null);
    await this.hooks.after('mfaDeviceRemoved', () => ({
      user: toUserProfile(user, null),
      method: type,
      deviceId: id,
      mfaDisabled,
    }));
  }
}
