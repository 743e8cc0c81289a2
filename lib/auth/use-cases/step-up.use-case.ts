import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { CLOCK, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../../common';
import { CurrentIdentity, type CurrentSession } from '../../context';
import type { ChallengeDataResponse } from '../../contracts';
import { NAuthException, toNAuthException } from '../../errors';
import { PasswordAttempts } from '../../lockout';
import { SessionFactors, type FactorDemand, type FactorRequest, type VerifiedFactor } from '../../mfa';
import { PASSWORD_REPOSITORY, PasswordService, type PasswordRepository } from '../../password';
import { SessionReplacer } from '../../sessions';
import { USER_REPOSITORY, type User, type UserRepository } from '../../users';
import { toTokenResponse } from '../auth-response.factory';
import { StepUpDataDTO, StepUpDTO, type TokenResponseDTO } from '../dto';
import { validateDto } from '../../validation';

/**
 * The signed-in user proves once more who they are, with all that the account can show: the password where there is one,
 * and a second factor where there is one (R084). The session goes on under a new id (R067). A wrong password counts as at
 * login (R020), a wrong code with those of challenges (R081).
 */
@Injectable()
export class StepUpUseCase {
  constructor(
    @Inject(CurrentIdentity) private readonly identity: CurrentIdentity,
    @Inject(PasswordAttempts) private readonly attempts: PasswordAttempts,
    @Inject(PasswordService) private readonly hashes: PasswordService,
    @Inject(PASSWORD_REPOSITORY) private readonly stored: PasswordRepository,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(SessionFactors) private readonly factors: SessionFactors,
    @Inject(SessionReplacer) private readonly sessions: SessionReplacer,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @throws {NAuthException} VALIDATION_FAILED, also for what the account has and was not shown; PASSWORD_INCORRECT;
   * VERIFY_CODE_*, CHALLENGE_MAX_ATTEMPTS, RATE_LIMIT_LOGIN; AUTH_INVALID_CREDENTIALS for a passkey that is unknown or
   * somebody else's; FORBIDDEN for an account that has nothing to show, or second factors of which none can be used;
   * AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  async execute(body: unknown): Promise<TokenResponseDTO> {
    const dto = validateDto(StepUpDTO, body);
    const { session } = this.identity.require();
    // Refused before anything is looked up or counted (R006).
    if (dto.password !== undefined) this.hashes.prepare(dto.password);
    const user = await this.account(session);
    const request = this.factors.requestOf(user, session);
    const demand = await this.factors.demandOn(request);
    assertComplete(dto, user.hasPassword, demand);
    if (user.hasPassword) await this.provePassword(session, dto.password ?? '');
    const factor = demand.isOwed ? await this.proveFactor(request, session, dto) : undefined;
    return toTokenResponse(this.sessions.issue(await this.renew(session, user, factor)));
  }

  /** @throws {NAuthException} VALIDATION_FAILED for a method that the account has not got; RATE_LIMIT_* */
  async data(body: unknown): Promise<ChallengeDataResponse> {
    const { method } = validateDto(StepUpDataDTO, body);
    const { session } = this.identity.require();
    const request = this.factors.requestOf(await this.account(session), session);
    return { challengeData: await this.factors.challengeData(request, method) };
  }

  private async account({ userId }: CurrentSession): Promise<User> {
    const user = await this.users.findById(userId);
    if (!user?.isActive) throw new NAuthException('AUTH_SESSION_NOT_FOUND');
    return user;
  }

  private async provePassword({ userId, sessionId }: CurrentSession, password: string): Promise<void> {
    const [hash = null] = await this.stored.recentHashes(userId, 0);
    const account = { id: userId };
    const proved = await this.attempts.check({
      name: userId,
      find: () => Promise.resolve(account),
      verify: (_account, urgent) => this.hashes.verify(password, hash, { urgent }),
    });
    if (proved) return;
    await this.recordFailure(userId, sessionId, 'wrong_password');
    throw new NAuthException('PASSWORD_INCORRECT');
  }

  private async proveFactor(
    request: FactorRequest,
    { userId, sessionId }: CurrentSession,
    dto: StepUpDTO,
  ): Promise<VerifiedFactor> {
    try {
      return await this.factors.verify(request, dto);
    } catch (error) {
      const refusal = toNAuthException(error);
      // After too many of them it was not looked at.
      if (refusal.getStatus() < 500 && refusal.code !== 'CHALLENGE_MAX_ATTEMPTS') {
        await this.recordFailure(userId, sessionId, 'wrong_factor');
      }
      throw error;
    }
  }

  /** The code is used up, the session ends and its successor begins, or none of it. */
  private renew(session: CurrentSession, user: User, factor: VerifiedFactor | undefined) {
    return this.unitOfWork.run(async () => {
      // As sign-ins do: first the account, then its factors and sessions.
      await this.users.hold(user.id);
      await factor?.claim();
      const shown = [...(user.hasPassword ? ['pwd'] : []), ...(factor?.amr ?? [])];
      const successor = await this.sessions.replace(session.sessionId, user.id, {
        amr: [...new Set([...session.amr, ...shown])],
        authTime: new Date(this.clock.now()),
      });
      await this.audit.record('STEP_UP_COMPLETED', {
        status: 'SUCCESS',
        userId: user.id,
        sessionId: successor.id,
        details: { shown },
      });
      return successor;
    });
  }

  private recordFailure(userId: string, sessionId: string, reason: string): Promise<void> {
    return this.audit.recordRefusal('STEP_UP_FAILED', { status: 'FAILURE', userId, sessionId, reason });
  }
}

/** Nothing is looked at before everything is there: half a proof tells nobody which half was right. */
function assertComplete(dto: StepUpDTO, needsPassword: boolean, factors: FactorDemand): void {
  const { isOwed: needsFactor, methods } = factors;
  if (methods.length === 0 && (needsFactor || !needsPassword)) {
    const nothing = 'This account has nothing to show: sign in again.';
    const unusable = 'No second factor of this account can be used.';
    throw new NAuthException('FORBIDDEN', { message: needsPassword ? unusable : nothing });
  }
  const fields: Record<string, string[]> = {};
  if (needsPassword && dto.password === undefined) fields['password'] = ['password is missing'];
  if (needsFactor && dto.method === undefined) fields['method'] = ['method is missing'];
  if (Object.keys(fields).length > 0) throw new NAuthException('VALIDATION_FAILED', { details: { fields } });
}
