import { Inject, Injectable, Optional } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { UNIT_OF_WORK, type UnitOfWork } from '../common';
import type { IssuedTokens } from '../context';
import type { ChallengeName, ChallengeResponse } from '../contracts';
import { NAuthException, toNAuthException } from '../errors';
import { HookGate, HookRunner } from '../hooks';
import { AccountNotices } from '../notifications';
import { SessionOpener } from '../sessions';
import { toUserProfile } from '../users';
import { ChallengeOpener } from './challenge-opener.service';
import { ChallengeRegistry } from './challenge-registry';
import type { ChallengeResolver, PreparedChallenge } from './challenge-resolver';
import type { SignIn } from './sign-in';
import { SIGN_IN_DETAILS, type SignInDetails, type SignInDetailsSource } from './sign-in-details';
import { SIGN_IN_OBSERVER, type SignInObserver } from './sign-in-observer';
import { SPARED_SIGN_INS, type SparedSignIns } from './spared-sign-ins';

/** Either tokens or the next challenge, never both. */
export type SignInOutcome =
  | { status: 'signed-in'; signIn: SignIn; issued: IssuedTokens; details: SignInDetails }
  | { status: 'challenged'; challenge: ChallengeResponse };

/** Where in the order of challenges a sign-in is: behind one, or at one that is asked again. */
interface Place {
  after?: ChallengeName;
  from?: ChallengeName;
}

/** What has been done for a step before its unit of work. */
export interface Preparation {
  name: ChallengeName;
  challenge: PreparedChallenge;
}

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
    @Inject(AccountNotices) private readonly notices: AccountNotices,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Optional() @Inject(SIGN_IN_OBSERVER) private readonly observer?: SignInObserver,
    @Optional() @Inject(SIGN_IN_DETAILS) private readonly details?: SignInDetailsSource,
    @Optional() @Inject(SPARED_SIGN_INS) private readonly spared?: SparedSignIns,
  ) {}

  /**
   * To be called before a unit of work that `proceed` is to be part of: does what may take a while, and what must be kept
   * when the unit is undone. What it foresees may turn out otherwise; `proceed` decides by itself.
   * @param signIn as it will be; left out where no challenge can follow
   * @param where the challenge whose answer is about to take effect, as what is stored does not know of it yet
   */
  async prepare(signIn?: SignIn, where: Place = {}): Promise<Preparation | undefined> {
    const [preparation] = await Promise.all([this.prepareNext(signIn, where), this.sessions.prepare()]);
    return preparation;
  }

  /**
   * The way in for a first factor that has just been proved: asks the application's `beforeLogin` hooks, has the risk
   * assessed, outside of a unit of work, and goes on.
   *
   * @throws {NAuthException} what a hook refused with, SIGNIN_BLOCKED_HIGH_RISK, and as `proceed`
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
    const risk = await this.observer?.assess(signIn);
    return this.proceed({ ...signIn, risk });
  }

  /**
   * What a sign-in gets, by what is stored now. One unit of work, or part of the running one.
   * @param prepared what `prepare` gave; needed where a unit is running
   *
   * @throws {NAuthException} AUTH_INVALID_CREDENTIALS when the account was disabled or changed meanwhile
   */
  async proceed(signIn: SignIn, prepared?: Preparation): Promise<SignInOutcome> {
    const preparation = prepared ?? (this.unitOfWork.isRunning ? undefined : await this.prepare(signIn));
    return this.unitOfWork.run(async () => {
      if (!signIn.user.isActive) throw new NAuthException('AUTH_INVALID_CREDENTIALS');
      const next = await this.next(signIn);
      if (next) {
        const step = next.name === preparation?.name ? preparation.challenge : next;
        return { status: 'challenged', challenge: await this.opener.open(next.name, step, signIn) };
      }
      const { user, authMethod, amr, deviceName, isSignup } = signIn;
      const mfaSparedBy = this.spared?.sparedBy(signIn) ?? null;
      const issued = await this.sessions.open({ user, authMethod, amr: [...amr], mfaSparedBy, deviceName });
      await this.observer?.opened(signIn, issued);
      const { sessionId } = issued;
      if (isSignup) await this.notices.welcome(user);
      else if (issued.device?.isUnlikeOthers) await this.notices.newDevice(user);
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
      const details = (await this.details?.detailsOf(signIn)) ?? {};
      return { status: 'signed-in', signIn, issued, details };
    });
  }

  private async prepareNext(signIn: SignIn | undefined, where: Place): Promise<Preparation | undefined> {
    if (!signIn) return undefined;
    const next = await this.next(signIn, where);
    return next?.prepare && { name: next.name, challenge: await next.prepare(signIn) };
  }

  private async next(signIn: SignIn, { after, from }: Place = {}): Promise<ChallengeResolver | undefined> {
    const all = this.registry.inOrder();
    const indexOf = (sought: ChallengeName | undefined) => all.findIndex(({ name }) => name === sought);
    const start = from === undefined ? indexOf(after) + 1 : indexOf(from);
    for (const resolver of all.slice(start)) {
      if (await resolver.isRequired(signIn)) return resolver;
    }
    return undefined;
  }
}
