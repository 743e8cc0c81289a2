import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { CLOCK, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../common';
import { NAuthException, toNAuthException } from '../errors';
import { InFlightGate } from '../rate-limit';
import { USER_REPOSITORY, type UserRepository } from '../users';
import { CHALLENGE_ATTEMPTS, type ChallengeAttempts } from './challenge-attempts';
import { CHALLENGE_REPOSITORY, type ChallengeRepository } from './challenge.repository';
import type { AcceptedAnswer, ChallengeAnswer, ChallengeInHand } from './challenge-resolver';
import type { ChallengeSession } from './challenge-session';
import { OpenChallenges } from './open-challenges.service';
import { SignInGate, type Preparation, type SignInOutcome } from './sign-in-gate.service';

/** Answers to one challenge that may wait for others, and how long. */
const MAX_WAITING = 256;
const MAX_WAIT_MS = 10_000;

export interface ChallengeResponseInput {
  session: string;
  type: string;
  answer: ChallengeAnswer;
}

/** Takes answers to challenges: count, look, and finish the challenge together with what the answer changes. */
@Injectable()
export class ChallengeService {
  private readonly inHand = new InFlightGate(MAX_WAITING, MAX_WAIT_MS);

  constructor(
    @Inject(OpenChallenges) private readonly open: OpenChallenges,
    @Inject(CHALLENGE_REPOSITORY) private readonly challenges: ChallengeRepository,
    @Inject(CHALLENGE_ATTEMPTS) private readonly attempts: ChallengeAttempts,
    @Inject(SignInGate) private readonly gate: SignInGate,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Answers a challenge: tokens, or the next challenge.
   *
   * @throws {NAuthException} CHALLENGE_INVALID (unknown, expired or finished: one answer for all, R071),
   * CHALLENGE_TYPE_MISMATCH, CHALLENGE_MAX_ATTEMPTS, SERVICE_UNAVAILABLE (the answer was not counted), and the resolver's
   * word for a wrong answer
   */
  async respond({ session, type, answer }: ChallengeResponseInput): Promise<SignInOutcome> {
    const found = await this.open.find(session);
    if (found.challenge.name !== type) throw new NAuthException('CHALLENGE_TYPE_MISMATCH');
    const accepted = await this.look(found, answer);
    const preparation = await this.prepare(found, accepted);
    return this.unitOfWork.run(() => this.finish(found, accepted, preparation));
  }

  private prepare({ challenge, signIn }: ChallengeInHand, accepted: AcceptedAnswer) {
    if (!signIn) return this.gate.prepare();
    const { name } = challenge;
    return this.gate.prepare(
      { ...signIn, ...accepted.signIn },
      accepted.isPart ? { from: name } : { after: name },
    );
  }

  /**
   * Every answer is counted before it is looked at; one that could not be looked at is given back (R075). No more answers
   * to one challenge are in hand at once than it allows: a flood of them waits here, and not for rows of the database.
   */
  private async look(inHand: ChallengeInHand, answer: ChallengeAnswer): Promise<AcceptedAnswer> {
    const { id, maxAttempts } = inHand.challenge;
    const accepted = await this.inHand.run(id, maxAttempts, () => this.lookCounted(inHand, answer));
    if (!accepted) throw new NAuthException('CHALLENGE_MAX_ATTEMPTS', { retryAfter: 1 });
    return accepted;
  }

  private async lookCounted(inHand: ChallengeInHand, answer: ChallengeAnswer): Promise<AcceptedAnswer> {
    const { challenge } = inHand;
    await this.countAttempt(challenge);
    await this.countForAccount(challenge);
    try {
      const accepted = await this.open.resolver(challenge).check(inHand, answer);
      await this.attempts.giveBack(challenge.attemptsSubject);
      return accepted;
    } catch (error) {
      if (toNAuthException(error).getStatus() >= 500) {
        await this.challenges.giveAttemptBack(challenge.id);
        await this.attempts.giveBack(challenge.attemptsSubject);
      } else {
        await this.recordWrong(challenge);
      }
      throw error;
    }
  }

  private async countForAccount({ id, userId, attemptsSubject }: ChallengeSession): Promise<void> {
    try {
      await this.attempts.count(attemptsSubject, userId);
    } catch (error) {
      if (toNAuthException(error).getStatus() >= 500) await this.challenges.giveAttemptBack(id);
      throw error;
    }
  }

  private async countAttempt(challenge: ChallengeSession): Promise<void> {
    if (await this.challenges.countAttempt(challenge.id, this.now())) return;
    const current = await this.challenges.findByTokenHash(challenge.tokenHash);
    const isSpent = current?.completedAt === null && current.attempts >= current.maxAttempts;
    throw isSpent ? await this.open.spent(current) : new NAuthException('CHALLENGE_INVALID');
  }

  private async finish(
    { challenge }: ChallengeInHand,
    accepted: AcceptedAnswer,
    preparation: Preparation | undefined,
  ): Promise<SignInOutcome> {
    if (challenge.userId === null) throw new NAuthException('CHALLENGE_INVALID');
    // Before the challenge's own row: sign-ins of one account that finish at the same moment queue, and none is undone.
    await this.users.hold(challenge.userId);
    if (!(await this.challenges.complete(challenge.id, this.now())))
      throw new NAuthException('CHALLENGE_INVALID');
    await accepted.apply?.();
    const user = await this.users.findById(challenge.userId);
    // Whatever changed the account since the challenge was made, but for the answer itself, ends the chain (R076).
    const version = challenge.securityVersion + (accepted.raisesSecurityVersion ? 1 : 0);
    if (!user?.isActive || user.securityVersion !== version) throw new NAuthException('CHALLENGE_INVALID');
    await this.audit.record('CHALLENGE_COMPLETED', {
      status: 'SUCCESS',
      userId: user.id,
      authMethod: challenge.signIn.authMethod,
      reason: challenge.name,
    });
    const amr = [...new Set([...challenge.signIn.amr, ...(accepted.amr ?? [])])];
    return this.gate.proceed({ ...challenge.signIn, ...accepted.signIn, amr, user }, preparation);
  }

  private recordWrong(challenge: ChallengeSession): Promise<void> {
    return this.audit.recordRefusal('CHALLENGE_ATTEMPT_FAILED', {
      status: 'FAILURE',
      userId: challenge.userId,
      authMethod: challenge.signIn.authMethod,
      reason: challenge.name,
    });
  }

  private now(): Date {
    return new Date(this.clock.now());
  }
}
