import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { UNIT_OF_WORK, type UnitOfWork } from '../../common';
import { CurrentIdentity } from '../../context';
import type { ChallengeDataResponse, MfaVerifyResponse } from '../../contracts';
import { validateDto } from '../../validation';
import { MfaChallengeDTO, MfaVerifyDTO } from '../dto/mfa.dto';
import type { FactorRequest } from '../factor-verifier.service';
import { SessionFactors } from '../session-factors.service';
import { MfaAccounts } from './mfa-accounts';

/** The signed-in user shows a factor, for something of the application's own. The session stays as it is. */
@Injectable()
export class MfaVerificationUseCase {
  constructor(
    @Inject(CurrentIdentity) private readonly identity: CurrentIdentity,
    @Inject(MfaAccounts) private readonly accounts: MfaAccounts,
    @Inject(SessionFactors) private readonly factors: SessionFactors,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /** @throws {NAuthException} VALIDATION_FAILED for a method that the account has not got; RATE_LIMIT_*; AUTH_* */
  async challenge(body: unknown): Promise<ChallengeDataResponse> {
    const { method } = validateDto(MfaChallengeDTO, body);
    return { challengeData: await this.factors.challengeData(await this.request(), method) };
  }

  /** @throws {NAuthException} VALIDATION_FAILED, VERIFY_CODE_*, CHALLENGE_MAX_ATTEMPTS, AUTH_*, SERVICE_UNAVAILABLE */
  async verify(body: unknown): Promise<MfaVerifyResponse> {
    const answer = validateDto(MfaVerifyDTO, body);
    const request = await this.request();
    const factor = await this.factors.verify(request, answer);
    await this.unitOfWork.run(async () => {
      await factor.claim();
      await this.audit.record('MFA_VERIFICATION_SUCCESS', {
        status: 'SUCCESS',
        userId: request.user.id,
        details: { method: factor.method },
      });
    });
    return { verified: true, method: factor.method };
  }

  private async request(): Promise<FactorRequest> {
    const { session } = this.identity.require();
    return this.factors.requestOf(await this.accounts.signedIn(), session);
  }
}
