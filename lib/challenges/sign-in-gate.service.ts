import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { UNIT_OF_WORK, type UnitOfWork } from '../common';
import type { IssuedTokens } from '../context';
import type { ChallengeResponse } from '../contracts';
import { NAuthException, toNAuthException } from '../errors';
import { HookGate, HookRunner } from '../hooks';
import { SessionOpener } from '../sessions';
import { toUserProfile } from '../users';
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
    @Inject(HookGate) private readonly hookGate: HookGate,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /** To be called before a unit of work that `proceed` is to be part of; see SessionOpener.prepare. */
  prepare(): Promise<void> {
    return this.sessions.prepare();
  }

  /**
   * The way in for a first factor that has just been proved: asks the application's `beforeLogin` hooks, outside of a unit
   * of work, and goes on.
   *
   * @throws {NAuthException} what a hook refused with, and as `proceed`
   */
  async begin(signIn: SignIn): Promise<SignInOutcome> {
    const { user, authMethod } = signIn;
    try {
      await this.hookGate.ask(
        'beforeLogin',
        () => ({ user: toUserProfile(user, null), authMethod }),
        user.id,
      );
    } catch (thrown) {
      const reason = toNAuthException(thrown).getStatus() < 500 ? 'refused_by_hook' : 'hook_failed';
      this.hooks.notify('loginFailed', () => ({ userId: user.id, authMethod, reason }));
      throw thrown;
    }
    return this.proceed(signIn);
  }

  /**
   * What a sign-in gets, by what is stored now. One unit of work, or part of the running one.
   *
   * @throws {NAuthException} AUTH_INVALID_CREDENTIALS when the account was disabled or changed meanwhile
   */
  async proceed(signIn: SignIn): Promise<SignInOutcome> {
    await this.prepare();
    return this.unitOfWork.run(async () => {
      if (!signIn.user.isActive) throw new NAuthException('AUTH_INVALID_CREDENTIALS');
      const next = await this.next(signIn);
      if (next) return { status: 'challenged', challenge: await this.opener.open(next, signIn) };
      const { user, authMethod, amr, deviceName, isSignup } = signIn;
      const issued = await this.sessions.open({ user, authMethod, amr: [...amr], deviceName });
      const { sessionId } = issued;
      if (!isSignup) {
        await this.audit.record('LOGIN_SUCCESS', {
          status: 'SUCCESS',
          userId: user.id,
          sessionId,
          authMethod,
          details: { amr: [...amr] },
        });
      }
      await this.hooks.after('afterLogin', () => ({
        user: toUserProfile(user, authMethod),
        authMethod,
        sessionId,
        isSignup,
      }));
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
