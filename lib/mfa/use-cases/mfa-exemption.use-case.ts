import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { CLOCK, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../../common';
import { ContextStorage } from '../../context';
import type { MfaExemptionResponse } from '../../contracts';
import { NAuthException } from '../../errors';
import { validateDto } from '../../validation';
import { MfaExemptionDTO } from '../dto/mfa.dto';
import type { MfaAccount } from '../mfa-device';
import { MFA_REPOSITORY, type MfaRepository } from '../mfa.repository';
import { MfaAccounts } from './mfa-accounts';

/** Frees an account from having to set a second factor up, or takes that back. The factors that it has stay asked for. */
@Injectable()
export class MfaExemptionUseCase {
  constructor(
    @Inject(MfaAccounts) private readonly accounts: MfaAccounts,
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws {NAuthException} VALIDATION_FAILED, also without a reason; RESOURCE_NOT_FOUND; SERVICE_UNAVAILABLE */
  async execute(body: unknown): Promise<MfaExemptionResponse> {
    const { sub, exempt, reason } = validateDto(MfaExemptionDTO, body);
    if (exempt && reason === undefined) {
      throw new NAuthException('VALIDATION_FAILED', {
        details: { fields: { reason: ['is wanted for an exemption'] } },
      });
    }
    const user = await this.accounts.named(sub);
    const by = this.actor();
    const exemption = exempt ? { at: new Date(this.clock.now()), by, reason: reason ?? '' } : null;
    await this.unitOfWork.run(async () => {
      if (!(await this.mfa.setExemption(user.id, exemption))) return;
      await this.audit.record(exempt ? 'MFA_EXEMPTION_GRANTED' : 'MFA_EXEMPTION_REVOKED', {
        status: 'SUCCESS',
        userId: user.id,
        performedBy: by,
        details: reason === undefined ? undefined : { reason },
      });
    });
    return toExemption((await this.mfa.findAccount(user.id)).exemption);
  }

  private actor(): string | null {
    const identity = this.context.current()?.identity;
    return identity?.status === 'authenticated' ? identity.session.userId : null;
  }
}

export function toExemption(exemption: MfaAccount['exemption']): MfaExemptionResponse {
  return {
    mfaExempt: exemption !== null,
    mfaExemptReason: exemption?.reason ?? null,
    mfaExemptGrantedAt: exemption?.at.toISOString() ?? null,
  };
}
