import { Inject, Injectable } from '@nestjs/common';
import { AuditRecorder } from '../audit';
import { CLOCK, secondsUntil, type Clock } from '../common';
import { ContextStorage, DeliveryPolicy } from '../context';
import { NAuthException } from '../errors';
import { USER_REPOSITORY, type UserRepository } from '../users';
import { ChallengeRegistry } from './challenge-registry';
import { CHALLENGE_REPOSITORY, type ChallengeRepository } from './challenge.repository';
import type { ChallengeInHand, ChallengeResolver } from './challenge-resolver';
import type { ChallengeSession } from './challenge-session';
import { challengeTokenHash } from './challenge-token';

/** Finds the challenge that a client means, and what stands behind it now. */
@Injectable()
export class OpenChallenges {
  constructor(
    @Inject(CHALLENGE_REPOSITORY) private readonly challenges: ChallengeRepository,
    @Inject(ChallengeRegistry) private readonly registry: ChallengeRegistry,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(DeliveryPolicy) private readonly delivery: DeliveryPolicy,
    @Inject(AuditRecorder) private readonly audit: AuditRecorder,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Malformed, unknown, expired and finished ones answer alike, and so does one that was begun by another kind of
   * client (R070, R071).
   *
   * @throws {NAuthException} CHALLENGE_INVALID, CHALLENGE_MAX_ATTEMPTS with the rest of its life as `retryAfter`
   */
  async find(session: string): Promise<ChallengeInHand> {
    const challenge = await this.challenges.findByTokenHash(challengeTokenHash(session));
    if (!challenge || !this.isOpen(challenge)) throw new NAuthException('CHALLENGE_INVALID');
    if (challenge.attempts >= challenge.maxAttempts) throw await this.spent(challenge);
    if (challenge.userId === null) return { challenge, signIn: null };
    const user = await this.users.findById(challenge.userId);
    // An account that changed since is not the one that was let this far (R076).
    if (!user?.isActive || user.securityVersion !== challenge.securityVersion) {
      throw new NAuthException('CHALLENGE_INVALID');
    }
    return { challenge, signIn: { ...challenge.signIn, user } };
  }

  /** @throws {NAuthException} CHALLENGE_INVALID for a kind that this version, or this configuration, does not know */
  resolver(challenge: ChallengeSession): ChallengeResolver {
    const resolver = this.registry.get(challenge.name);
    if (!resolver) throw new NAuthException('CHALLENGE_INVALID');
    return resolver;
  }

  /** The refusal of a challenge without answers left, which costs its sender nothing: recorded now and then (R030). */
  async spent({ id, userId, signIn, expiresAt }: ChallengeSession): Promise<NAuthException> {
    await this.audit.recordLimited(
      'CHALLENGE_ATTEMPT_FAILED',
      { status: 'FAILURE', userId, authMethod: signIn.authMethod, reason: 'challenge_max_attempts' },
      id,
    );
    return new NAuthException('CHALLENGE_MAX_ATTEMPTS', {
      retryAfter: secondsUntil(expiresAt, this.clock.now()),
    });
  }

  private isOpen(challenge: ChallengeSession): boolean {
    return (
      challenge.completedAt === null &&
      this.clock.now() < challenge.expiresAt.getTime() &&
      challenge.delivery === this.delivery.methodFor(this.context.current())
    );
  }
}
