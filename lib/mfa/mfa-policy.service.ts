import { Inject, Injectable, Optional } from '@nestjs/common';
import type { SignIn } from '../challenges';
import { CLOCK, type Clock } from '../common';
import type { AuthMethod, MfaGracePeriod } from '../contracts';
import { NAuthException } from '../errors';
import type { MfaAccount } from './mfa-device';
import { hasSecondFactor, type SessionWithUser } from '../sessions';
import { MFA_OPTIONS, type ResolvedMfaOptions } from './mfa.options';
import { MFA_REPOSITORY, type MfaRepository } from './mfa.repository';
import { RISK_ASSESSMENT, type RiskAssessment, type RiskDecision } from './ports/risk-assessment';
import { SparedFactors } from './spared-factors.service';

const DAY_MS = 24 * 3600_000;
const SOCIAL: readonly AuthMethod[] = ['google', 'apple', 'facebook'];

/** What a sign-in lacks: nothing, a factor that is there to be shown, or one that has to be set up. */
export type MfaDemand = 'none' | 'factor' | 'setup';

/**
 * What the policy asks of a sign-in, by what is stored now. It looks at the account and not at the way in: there is no
 * first factor, and no client, for which less is asked (R086).
 */
@Injectable()
export class MfaPolicy {
  /** One assessment for each sign-in in hand, however often it is looked at. */
  private readonly assessed = new WeakMap<SignIn, Promise<RiskDecision>>();

  constructor(
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(SparedFactors) private readonly spared: SparedFactors,
    @Inject(CLOCK) private readonly clock: Clock,
    @Optional() @Inject(RISK_ASSESSMENT) private readonly risk?: RiskAssessment,
  ) {}

  /** @throws {NAuthException} SIGNIN_BLOCKED_HIGH_RISK, SERVICE_UNAVAILABLE */
  async demandOf(signIn: SignIn): Promise<MfaDemand> {
    const { enabled, enforcement } = this.options;
    if (!enabled) {
      this.spared.noteOff(signIn);
      return 'none';
    }
    const decision = enforcement === 'ADAPTIVE' ? await this.assess(signIn) : undefined;
    if (decision === 'block_signin') throw new NAuthException('SIGNIN_BLOCKED_HIGH_RISK');
    if (hasSecondFactor(signIn.amr)) return 'none';
    const account = await this.mfa.findAccount(signIn.user.id);
    if (account.factors > 0) return (await this.spared.spares(signIn, decision)) ? 'none' : 'factor';
    if (!this.isRequiredOf(account) || this.isFreedBySocialLogin(signIn)) return 'none';
    return this.graceEnd(account) > this.clock.now() ? 'none' : 'setup';
  }

  /** Whether the account has to have a factor, now or when its grace period ends. */
  isRequiredOf(account: Pick<MfaAccount, 'exemption'>): boolean {
    return this.mayBeRequired() && account.exemption === null;
  }

  /**
   * The grace period that has just let an account in without a factor; undefined where there is none to tell of. The first
   * time it begins.
   */
  async gracePeriodOf(signIn: SignIn): Promise<MfaGracePeriod | undefined> {
    if (this.options.gracePeriodMs === 0) return undefined;
    if (!this.mayBeRequired()) return undefined;
    const end = await this.deadlineOf(await this.mfa.findAccount(signIn.user.id), signIn.authMethod);
    if (end === undefined) return undefined;
    const left = end - this.clock.now();
    if (left <= 0) return undefined;
    return {
      active: true,
      endsAt: new Date(end).toISOString(),
      daysRemaining: Math.ceil(left / DAY_MS),
      enforcement: this.options.enforcement,
    };
  }

  /**
   * Whether a session has to end (R086): it was opened without a second factor, and by now the account has to have one, or
   * what spared it the factor that it has would spare it no more. The account is not looked up where neither can be.
   */
  async isOverdue({ user, session }: SessionWithUser): Promise<boolean> {
    if (!this.options.enabled || hasSecondFactor(session.amr)) return false;
    if (session.mfaSparedBy === null && !this.mayBeRequired()) return false;
    const account = await this.mfa.findAccount(user.id);
    if (account.factors > 0) return !(await this.spared.holds(session));
    const end = await this.deadlineOf(account, session.authMethod);
    return end !== undefined && end <= this.clock.now();
  }

  private mayBeRequired(): boolean {
    return this.options.enabled && this.options.enforcement !== 'OPTIONAL';
  }

  /** Until when the account may be without a factor; undefined where it has one or need not. The first time it begins. */
  private async deadlineOf(account: MfaAccount, authMethod: AuthMethod): Promise<number | undefined> {
    if (account.factors > 0 || !this.isRequiredOf(account) || this.isFreedBySocialLogin({ authMethod })) {
      return undefined;
    }
    const now = new Date(this.clock.now());
    return this.graceEnd({
      requiredSince: account.requiredSince ?? (await this.mfa.noteRequired(account.userId, now)),
    });
  }

  private assess(signIn: SignIn): Promise<RiskDecision> {
    if (!this.risk) return Promise.resolve('require_mfa');
    const known = this.assessed.get(signIn);
    if (known) return known;
    const assessment = this.risk.assess(signIn);
    this.assessed.set(signIn, assessment);
    return assessment;
  }

  private isFreedBySocialLogin({ authMethod }: Pick<SignIn, 'authMethod'>): boolean {
    return !this.options.requireForSocialLogin && SOCIAL.includes(authMethod);
  }

  /** Where it has not begun, it begins now: with the tokens of this sign-in. */
  private graceEnd({ requiredSince }: Pick<MfaAccount, 'requiredSince'>): number {
    return (requiredSince?.getTime() ?? this.clock.now()) + this.options.gracePeriodMs;
  }
}
