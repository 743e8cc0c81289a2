import type { RiskFacts } from './risk-facts';
import type { RiskTrigger } from './risk.options';

/** 'unknown' costs as much as 'present': what cannot be found out is no reason to trust. */
export type RiskFinding = 'absent' | 'present' | 'unknown';

/** Limits that rules go by. */
export interface RiskLimits {
  maxTravelSpeed: number;
}

/** One trigger. A pure function of the facts, so that a decision can be made again later. */
export interface RiskRule {
  readonly trigger: RiskTrigger;
  /** Points when `riskWeights` says nothing. */
  readonly weight: number;
  find(facts: RiskFacts, limits: RiskLimits): RiskFinding;
}

/** The finding of a fact that should be true. */
export function unless(known: boolean | null): RiskFinding {
  if (known === null) return 'unknown';
  return known ? 'absent' : 'present';
}
