import { Inject, Injectable, Optional } from '@nestjs/common';
import type { SignIn, SignInRisk, SparedSignIns } from '../challenges';
import { hasSecondFactor, type MfaSparedBy, type Session } from '../sessions';
import { MFA_OPTIONS, type ResolvedMfaOptions } from './mfa.options';
import type { RiskDecision } from './ports/risk-assessment';
import { SECOND_FACTOR_BYPASS, type SecondFactorBypass } from './ports/second-factor-bypass';

/**
 * What spares an account the factor that it has. A session keeps the reason, and goes on without the factor for as long as
 * the reason holds (R086).
 */
@Injectable()
export class SparedFactors implements SparedSignIns {
  private readonly reasons = new WeakMap<SignIn, MfaSparedBy>();

  constructor(
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
    @Optional() @Inject(SECOND_FACTOR_BYPASS) private readonly bypass?: SecondFactorBypass,
  ) {}

  sparedBy(signIn: SignIn): MfaSparedBy | null {
    return hasSecondFactor(signIn.amr) ? null : (this.reasons.get(signIn) ?? null);
  }

  /** Notes that no factor is asked for at all, of whatever account. */
  noteOff(signIn: SignIn): void {
    this.reasons.set(signIn, 'mfa_off');
  }

  /** Whether the sign-in goes on without the factor that its account has. The reason is noted. */
  async spares(signIn: SignIn, decision: RiskDecision | undefined): Promise<boolean> {
    const reason = await this.reasonFor(signIn, decision);
    if (reason === null) this.reasons.delete(signIn);
    else this.reasons.set(signIn, reason);
    return reason !== null;
  }

  /**
   * Whether what spared the session its factor would spare it now. Of a session without a note nothing is known, and it goes
   * on: a new version ends nobody's session.
   */
  async holds(session: Session): Promise<boolean> {
    switch (session.mfaSparedBy) {
      case null:
        return true;
      case 'trusted_device':
        return (
          this.options.bypassMFAForTrustedDevices && ((await this.bypass?.sparesSession(session)) ?? false)
        );
      case 'low_risk':
        return this.allows('low');
      case 'medium_risk':
        return this.allows('medium');
      case 'high_risk':
        return this.allows('high');
      default:
        return false;
    }
  }

  /** The risk of a session is that of its sign-in: it is not assessed again. */
  private allows(level: SignInRisk['level']): boolean {
    const { enforcement, adaptive } = this.options;
    return enforcement === 'ADAPTIVE' && adaptive.levels[level].action === 'allow';
  }

  private async reasonFor(signIn: SignIn, decision: RiskDecision | undefined): Promise<MfaSparedBy | null> {
    if (decision === 'allow') return `${signIn.risk?.level ?? 'high'}_risk`;
    const isTrusted =
      this.options.bypassMFAForTrustedDevices && ((await this.bypass?.spares(signIn)) ?? false);
    return isTrusted ? 'trusted_device' : null;
  }
}
