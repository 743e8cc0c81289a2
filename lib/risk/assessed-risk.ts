import type { SignIn } from '../challenges';
import type { RiskAssessment, RiskDecision as MfaRiskDecision } from '../mfa/ports/risk-assessment';

/**
 * Tells the policy of second factors, which asks at every step, what the assessment found when the first factor was proved.
 * A sign-in that was not assessed is risky.
 */
export class AssessedRisk implements RiskAssessment {
  assess({ risk }: SignIn): Promise<MfaRiskDecision> {
    return Promise.resolve(risk?.action ?? 'require_mfa');
  }
}
