import type { SignIn } from '../../challenges';

/** Token of the RiskAssessment. Without one, ADAPTIVE takes every sign-in for a risky one. */
export const RISK_ASSESSMENT = Symbol('nauth.riskAssessment');

export type RiskDecision = 'allow' | 'require_mfa' | 'block_signin';

/** Says how risky a sign-in is. */
export interface RiskAssessment {
  /**
   * Asked once for each look at a sign-in, inside of the unit of work that decides. What it records of the decision has to
   * outlive the unit when the sign-in is blocked, which undoes it (AuthAuditService.recordRefusal).
   *
   * @throws {NAuthException} SERVICE_UNAVAILABLE; what is not known is a risk, not an error (R031)
   */
  assess(signIn: SignIn): Promise<RiskDecision>;
}
