import { Inject, Injectable } from '@nestjs/common';
import { UNIT_OF_WORK, type UnitOfWork } from '../../common';
import type { MfaSetupResponse, MfaVerifySetupResponse } from '../../contracts';
import { NAuthException } from '../../errors';
import { validateDto } from '../../validation';
import { MfaSetupDTO, MfaVerifySetupDTO } from '../dto/mfa.dto';
import { FactorEnrolment } from '../factor-enrolment.service';
import type { MfaSetupContext } from '../mfa-method';
import { MFA_OPTIONS, type ResolvedMfaOptions } from '../mfa.options';
import { RecentAuthentication } from '../recent-authentication.service';
import { EnrolmentSession } from '../enrolment-session.service';
import { MfaAccounts } from './mfa-accounts';

/** Sets a second factor up for the signed-in user. */
@Injectable()
export class MfaSetupUseCase {
  constructor(
    @Inject(MfaAccounts) private readonly accounts: MfaAccounts,
    @Inject(RecentAuthentication) private readonly recent: RecentAuthentication,
    @Inject(FactorEnrolment) private readonly enrolment: FactorEnrolment,
    @Inject(EnrolmentSession) private readonly session: EnrolmentSession,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
  ) {}

  /** @throws {NAuthException} VALIDATION_FAILED, FORBIDDEN without `mfa.enabled`, AUTH_STEP_UP_REQUIRED, RATE_LIMIT_* */
  async begin(body: unknown): Promise<MfaSetupResponse> {
    const { methodName, setupData } = validateDto(MfaSetupDTO, body);
    const context = await this.prepare();
    return { setupData: await this.enrolment.begin(context, methodName, setupData ?? {}) };
  }

  /** @throws {NAuthException} as `begin`; RESOURCE_NOT_FOUND when this session began none; VERIFY_CODE_*; AUTH_SESSION_NOT_FOUND */
  async verify(body: unknown): Promise<MfaVerifySetupResponse> {
    const { methodName, setupData, deviceName } = validateDto(MfaVerifySetupDTO, body);
    const context = await this.prepare();
    const proof = await this.enrolment.prove(context, methodName, setupData);
    const { proved } = proof;
    await this.unitOfWork.run(async () => {
      // Somebody else may have set the first one up since, and ended this session with it.
      const { session } = await this.recent.hold();
      const enrolment = { ...proof, name: deviceName ?? proof.name, onlyFirst: false };
      const outcome = await this.enrolment.store(enrolment);
      await this.session.enrolled(session, proved.amr, outcome === 'first');
    });
    return { deviceId: proved.device.id };
  }

  private async prepare(): Promise<MfaSetupContext> {
    const { session } = await this.recent.assert();
    if (!this.options.enabled) throw new NAuthException('FORBIDDEN');
    return { user: await this.accounts.signedIn(), binding: `session:${session.sessionId}` };
  }
}
