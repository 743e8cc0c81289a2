import type { RiskFacts } from './risk-facts';
import type { RiskLimits } from './risk-rule';
import { riskRules } from './rules';
import type { ResolvedAdaptiveMfaOptions, RiskAction, RiskLevel, RiskTrigger } from './risk.options';

/** What of the configuration a decision depends on. */
export type RiskPolicy = Pick<ResolvedAdaptiveMfaOptions, 'weights' | 'levels'> & RiskLimits;

/** Why there are points. */
export interface RiskReason {
  trigger: RiskTrigger;
  points: number;
  /** Counted because it could not be found out. */
  unknown: boolean;
}

export interface RiskDecision {
  /** 0 to 100. */
  score: number;
  level: RiskLevel;
  action: RiskAction;
  notifyUser: boolean;
  reasons: RiskReason[];
}

const LEVELS: readonly RiskLevel[] = ['low', 'medium', 'high'];
const MAX_SCORE = 100;

/**
 * Decides about a sign-in; a pure function. What could not be found out counts in full, so it asks for a second factor.
 * It takes what was found out, though, to block somebody or to write to the owner: a geo database that is down would
 * keep everybody out otherwise.
 */
export function decideRisk(facts: RiskFacts, policy: RiskPolicy): RiskDecision {
  const reasons = riskRules.flatMap((rule): RiskReason[] => {
    const points = policy.weights[rule.trigger];
    if (points === undefined) return [];
    const finding = rule.find(facts, policy);
    return finding === 'absent' ? [] : [{ trigger: rule.trigger, points, unknown: finding === 'unknown' }];
  });
  const score = total(reasons);
  const level = levelOf(score, policy);
  const proven = policy.levels[levelOf(total(reasons.filter(({ unknown }) => !unknown)), policy)];
  const { action } = policy.levels[level];
  return {
    score,
    level,
    action: action === 'block_signin' && proven.action !== 'block_signin' ? 'require_mfa' : action,
    notifyUser: proven.notifyUser,
    reasons,
  };
}

function total(reasons: readonly RiskReason[]): number {
  return Math.min(
    MAX_SCORE,
    reasons.reduce((sum, { points }) => sum + points, 0),
  );
}

function levelOf(score: number, { levels }: RiskPolicy): RiskLevel {
  return LEVELS.find((level) => score <= levels[level].maxScore) ?? 'high';
}
