import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { CLOCK, randomId, type Clock } from '../common';
import { ContextStorage, DeliveryPolicy } from '../context';
import type { ChallengeName, ChallengeResponse } from '../contracts';
import { USER_REPOSITORY, type UserRepository } from '../users';
import { CHALLENGE_OPTIONS, type ResolvedChallengeOptions } from './challenge.options';
import { CHALLENGE_REPOSITORY, type ChallengeRepository } from './challenge.repository';
import type { OpenedChallenge, PreparedChallenge } from './challenge-resolver';
import { challengeTokenHash, newChallengeToken } from './challenge-token';
import type { SignIn, StoredSignIn } from './sign-in';

/** Open challenges of one account at most; the oldest end first (R077). */
const MAX_OPEN = 10;

interface NewChallenge {
  id: string;
  name: ChallengeName;
  userId: string | null;
  attemptsSubject: string;
  securityVersion: number;
  signIn: StoredSignIn;
  opened: OpenedChallenge;
}

export type Decoy = Omit<NewChallenge, 'userId' | 'securityVersion'>;

/** Makes challenge sessions. Both methods are to be called inside a unit of work. */
@Injectable()
export class ChallengeOpener {
  constructor(
    @Inject(CHALLENGE_REPOSITORY) private readonly challenges: ChallengeRepository,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(DeliveryPolicy) private readonly delivery: DeliveryPolicy,
    @Inject(CHALLENGE_OPTIONS) private readonly options: ResolvedChallengeOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The next step of a sign-in. */
  async open(name: ChallengeName, step: PreparedChallenge, signIn: SignIn): Promise<ChallengeResponse> {
    const { user, ...stored } = signIn;
    await this.users.hold(user.id);
    const id = randomId();
    const opened = await step.open(signIn, id);
    const response = await this.store({
      id,
      name,
      userId: user.id,
      attemptsSubject: user.id,
      securityVersion: user.securityVersion,
      signIn: stored,
      opened,
    });
    await this.challenges.voidOldest(user.id, MAX_OPEN, new Date(this.clock.now()));
    await this.audit.record('CHALLENGE_CREATED', {
      status: 'INFO',
      userId: user.id,
      authMethod: signIn.authMethod,
      reason: name,
    });
    // Of a sign-up nobody is told: who is told the same twice, or not, learns whether the address is taken (R015).
    return signIn.isSignup ? response : { ...response, sub: user.id };
  }

  /** A challenge of nobody's that looks like one of somebody's and has no right answer (R015). */
  async decoy(decoy: Decoy): Promise<ChallengeResponse> {
    const response = await this.store({ ...decoy, userId: null, securityVersion: 0 });
    return decoy.signIn.isSignup ? response : { ...response, sub: randomId() };
  }

  private async store(made: NewChallenge): Promise<ChallengeResponse> {
    const token = newChallengeToken();
    const now = this.clock.now();
    const { opened, ...rest } = made;
    const request = this.context.current();
    await this.challenges.insert({
      ...rest,
      tokenHash: challengeTokenHash(token),
      delivery: this.delivery.methodFor(request),
      state: opened.state ?? {},
      attempts: 0,
      maxAttempts: this.options.maxAttempts,
      createdAt: new Date(now),
      expiresAt: new Date(now + this.options.expiresInMs),
      completedAt: null,
    });
    // What continues a sign-in is not for caches either (R043).
    request?.response?.setHeader('cache-control', 'no-store');
    return { challengeName: made.name, session: token, challengeParameters: opened.challengeParameters };
  }
}
