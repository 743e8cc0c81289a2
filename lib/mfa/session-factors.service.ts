import { Inject, Injectable } from '@nestjs/common';
import { CHALLENGE_ATTEMPTS, type ChallengeAnswer, type ChallengeAttempts } from '../challenges';
import type { CurrentSession } from '../context';
import type { MfaAnswerMethod } from '../contracts';
import { toNAuthException } from '../errors';
import type { User } from '../users';
import { FactorFailures } from './factor-failures.service';
import { FactorVerifier, type FactorRequest, type VerifiedFactor } from './factor-verifier.service';
import { MFA_OPTIONS, type ResolvedMfaOptions } from './mfa.options';
import { MFA_REPOSITORY, type MfaRepository } from './mfa.repository';

/** What a signed-in user has to show of second factors. */
export interface FactorDemand {
  /** Whether one has to be shown at all. */
  isOwed: boolean;
  /** By what it can be. None with `isOwed`: nothing of what the account has can be used. */
  methods: MfaAnswerMethod[];
}

/** Has a user who is signed in show a second factor, within the session. */
@Injectable()
export class SessionFactors {
  constructor(
    @Inject(FactorVerifier) private readonly verifier: FactorVerifier,
    @Inject(FactorFailures) private readonly failures: FactorFailures,
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
    @Inject(CHALLENGE_ATTEMPTS) private readonly attempts: ChallengeAttempts,
  ) {}

  /** A factor is a second one beside the password, or beside what the session was opened with. */
  requestOf(user: User, { sessionId, amr }: CurrentSession): FactorRequest {
    return { user, binding: `session:${sessionId}`, amr: user.hasPassword ? ['pwd'] : amr };
  }

  /**
   * What the account has to show of second factors to prove once more who its user is. Factors that cannot be used, as when
   * their method is not configured any more, are asked for like at sign-in, where they keep everybody out: the password
   * alone never stands in for them (R084). Without `mfa.enabled` sign-ins ask for none, and then neither does this.
   */
  async demandOn(request: FactorRequest): Promise<FactorDemand> {
    const { factors } = await this.mfa.findAccount(request.user.id);
    if (factors === 0) return { isOwed: false, methods: [] };
    const methods = await this.verifier.answersOf(request.user, await this.verifier.usable(request));
    return { isOwed: this.options.enabled || methods.length > 0, methods };
  }

  /** @throws {NAuthException} VALIDATION_FAILED for a method that the account has not got; RATE_LIMIT_* */
  challengeData(request: FactorRequest, method: string): Promise<Record<string, unknown>> {
    return this.verifier.challengeData(request, method);
  }

  /**
   * Counted before it is looked at, over all challenges and sessions of the account (R081).
   *
   * @throws {NAuthException} VALIDATION_FAILED, VERIFY_CODE_*, CHALLENGE_MAX_ATTEMPTS, SERVICE_UNAVAILABLE
   */
  async verify(request: FactorRequest, answer: ChallengeAnswer): Promise<VerifiedFactor> {
    const { user } = request;
    await this.attempts.count(user.id, user.id);
    try {
      const factor = await this.verifier.verify(request, answer);
      await this.attempts.giveBack(user.id);
      return factor;
    } catch (error) {
      if (toNAuthException(error).getStatus() >= 500) await this.attempts.giveBack(user.id);
      else await this.failures.failed(user, answer.method ?? '');
      throw error;
    }
  }
}
