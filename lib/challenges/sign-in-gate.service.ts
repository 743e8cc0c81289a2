import { Inject, Injectable } from '@nestjs/common';
import { UNIT_OF_WORK, type UnitOfWork } from '../common';
import type { IssuedTokens } from '../context';
import type { ChallengeResponse } from '../contracts';
import { NAuthException } from '../errors';
import { SessionOpener } from '../sessions';
import { ChallengeOpener } from './challenge-opener.service';
import { ChallengeRegistry } from './challenge-registry';
import type { ChallengeResolver } from './challenge-resolver';
import type { SignIn } from './sign-in';

/** Either tokens or the next challenge, never both. */
export type SignInOutcome =
  | { status: 'signed-in'; signIn: SignIn; issued: IssuedTokens }
  | { status: 'challenged'; challenge: ChallengeResponse };

/**
 * The one place that decides between tokens and the next challenge. Every first factor and every answered challenge
 * ends here, and nothing else opens a session: a factor that is asked for by policy cannot be walked around (R072).
 */
@Injectable()
export class SignInGate {
  constructor(
    @Inject(ChallengeRegistry) private readonly registry: ChallengeRegistry,
    @Inject(ChallengeOpener) private readonly opener: ChallengeOpener,
    @Inject(SessionOpener) private readonly sessions: SessionOpener,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * What a sign-in gets, by what is stored now. One unit of work, or part of the running one.
   *
   * @throws {NAuthException} AUTH_INVALID_CREDENTIALS when the account was disabled or changed meanwhile
   */
  proceed(signIn: SignIn): Promise<SignInOutcome> {
    return this.unitOfWork.run(async () => {
      if (!signIn.user.isActive) throw new NAuthException('AUTH_INVALID_CREDENTIALS');
      const next = await this.next(signIn);
      if (next) return { status: 'challenged', challenge: await this.opener.open(next, signIn) };
      const { user, authMethod, amr, deviceName } = signIn;
      const issued = await this.sessions.open({ user, authMethod, amr: [...amr], deviceName });
      return { status: 'signed-in', signIn, issued };
    });
  }

  private async next(signIn: SignIn): Promise<ChallengeResolver | undefined> {
    for (const resolver of this.registry.inOrder()) {
      if (await resolver.isRequired(signIn)) return resolver;
    }
    return undefined;
  }
}
