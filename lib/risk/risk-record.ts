import type { AuditDetails } from '../contracts';
import { decideRisk, type RiskDecision, type RiskPolicy } from './risk-decision';
import type { RiskFacts } from './risk-facts';
import { riskTriggers } from './rules';
import type { ResolvedRiskLevels, RiskAction, RiskLevel } from './risk.options';

/** Of the rules. A change to what one of them finds needs the next number. */
const VERSION = 1;

/** A decision with all that it was made on, as the event ADAPTIVE_MFA_RISK_ASSESSED keeps it. */
export function toRiskRecord(facts: RiskFacts, policy: RiskPolicy, decision: RiskDecision): AuditDetails {
  const { score, level, action, notifyUser, reasons } = decision;
  return {
    version: VERSION,
    facts: { ...facts },
    policy: {
      weights: { ...policy.weights },
      maxTravelSpeed: policy.maxTravelSpeed,
      low: { ...policy.levels.low },
      medium: { ...policy.levels.medium },
      high: { ...policy.levels.high },
    },
    score,
    level,
    action,
    notifyUser,
    reasons: reasons.map((reason) => ({ ...reason })),
  };
}

/** What came out when a decision was made again. */
export interface RiskReplay {
  /** The decision that the facts and the policy of the row lead to. */
  decision: RiskDecision;
  /** Whether it is the one that the row tells of. */
  matches: boolean;
}

/**
 * Makes the decision of an event ADAPTIVE_MFA_RISK_ASSESSED again, from nothing but its row. A pure function.
 *
 * @param event as `AuthAuditService` gives it
 * @throws {TypeError} for an event that does not tell of a decision, or of one by other rules than those of this version
 */
export function replayRisk({ details }: { details: AuditDetails | null }): RiskReplay {
  if (details?.['version'] !== VERSION) throw new TypeError('not a decision of the rules of this version');
  const decision = decideRisk(readFacts(details['facts']), readPolicy(details['policy']));
  const { score, level, action, notifyUser, reasons } = decision;
  const matches =
    score === details['score'] &&
    level === details['level'] &&
    action === details['action'] &&
    notifyUser === details['notifyUser'] &&
    sameReasons(reasons, details['reasons']);
  return { decision, matches };
}

function sameReasons(reasons: RiskDecision['reasons'], stored: unknown): boolean {
  if (!Array.isArray(stored) || stored.length !== reasons.length) return false;
  return reasons.every(({ trigger, points, unknown }, index) => {
    const other: unknown = stored[index];
    const [otherTrigger, otherPoints, otherUnknown] = ['trigger', 'points', 'unknown'].map((name) =>
      property(other, name),
    );
    return trigger === otherTrigger && points === otherPoints && unknown === otherUnknown;
  });
}

function readFacts(stored: unknown): RiskFacts {
  return {
    knownDevice: flagOf(stored, 'knownDevice'),
    knownNetwork: flagOf(stored, 'knownNetwork'),
    knownCountry: flagOf(stored, 'knownCountry'),
    travelSpeed: numberOf(stored, 'travelSpeed'),
    failures: numberOf(stored, 'failures'),
    alarms: numberOf(stored, 'alarms'),
    passwordReset: flagOf(stored, 'passwordReset'),
  };
}

function readPolicy(stored: unknown): RiskPolicy {
  const weights = property(stored, 'weights');
  const levels: ResolvedRiskLevels = {
    low: readLevel(stored, 'low'),
    medium: readLevel(stored, 'medium'),
    high: readLevel(stored, 'high'),
  };
  return {
    weights: Object.fromEntries(
      riskTriggers.flatMap((trigger) => {
        const points = numberOf(weights, trigger);
        return points === null ? [] : [[trigger, points]];
      }),
    ),
    levels,
    maxTravelSpeed: required(numberOf(stored, 'maxTravelSpeed')),
  };
}

const ACTIONS: readonly RiskAction[] = ['allow', 'require_mfa', 'block_signin'];

function readLevel(policy: unknown, name: RiskLevel): ResolvedRiskLevels[RiskLevel] {
  const level = property(policy, name);
  const action = property(level, 'action');
  return {
    maxScore: required(numberOf(level, 'maxScore')),
    action: required(ACTIONS.find((known) => known === action) ?? null),
    notifyUser: property(level, 'notifyUser') === true,
  };
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function flagOf(value: unknown, name: string): boolean | null {
  const found = property(value, name);
  return typeof found === 'boolean' ? found : null;
}

function numberOf(value: unknown, name: string): number | null {
  const found = property(value, name);
  return typeof found === 'number' ? found : null;
}

function required<T>(value: T | null): T {
  if (value === null) throw new TypeError('the event does not tell of a whole decision');
  return value;
}
