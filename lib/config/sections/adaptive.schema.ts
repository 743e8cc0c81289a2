import type {
  AdaptiveMfaOptions,
  BlockedSignInOptions,
  ResolvedAdaptiveMfaOptions,
  RiskLevel,
  RiskLevelOptions,
  RiskTrigger,
} from '../../risk';
import { riskRules, riskTriggers } from '../../risk/rules';
import { duration, field, flag, oneOf, section, text, wholeNumber } from '../fields';
import { milliseconds, type SectionContext } from '../section-context';

const MAX_SCORE = 100;
const DEFAULT_LEVELS = {
  low: { maxScore: 20, action: 'allow', notifyUser: false },
  medium: { maxScore: 50, action: 'require_mfa', notifyUser: true },
  high: { maxScore: MAX_SCORE, action: 'require_mfa', notifyUser: true },
} as const;

const known: readonly unknown[] = riskTriggers;
const points = () => wholeNumber(0, MAX_SCORE);
const level = () =>
  section<RiskLevelOptions>({
    maxScore: points(),
    action: oneOf(['allow', 'require_mfa', 'block_signin']),
    notifyUser: flag(),
  });

export const adaptiveSchema = section<AdaptiveMfaOptions>({
  triggers: field<RiskTrigger[]>(
    `a list of ${riskTriggers.map((name) => `'${name}'`).join(', ')}`,
    (value) => Array.isArray(value) && value.length > 0 && value.every((name) => known.includes(name)),
  ),
  riskWeights: section<NonNullable<AdaptiveMfaOptions['riskWeights']>>({
    new_device: points(),
    new_ip: points(),
    new_country: points(),
    impossible_travel: points(),
    suspicious_activity: points(),
    recent_password_reset: points(),
  }),
  riskLevels: section<NonNullable<AdaptiveMfaOptions['riskLevels']>>({
    low: level(),
    medium: level(),
    high: level(),
  }),
  blockedSignIn: section<BlockedSignInOptions>({
    scope: oneOf(['ip', 'device', 'user']),
    blockDuration: duration(),
    message: text(),
  }),
  maxTravelSpeed: wholeNumber(1, 100_000),
  suspiciousActivityWindow: duration(),
});

export function resolveAdaptive(
  options: AdaptiveMfaOptions,
  enabled: boolean,
  { report }: SectionContext,
): ResolvedAdaptiveMfaOptions {
  const triggers = new Set(options.triggers ?? riskTriggers);
  const levelOf = (name: RiskLevel) => ({ ...DEFAULT_LEVELS[name], ...given(options.riskLevels?.[name]) });
  const levels = { low: levelOf('low'), medium: levelOf('medium'), high: levelOf('high') };
  if (levels.medium.maxScore < levels.low.maxScore || levels.high.maxScore < levels.medium.maxScore) {
    const message = 'have to have scores that grow from low (default 20) over medium (50) to high (100)';
    report.addRule('mfa.adaptive.riskLevels', message);
  }
  return {
    enabled,
    // Those that are not given keep the points of their rule.
    weights: Object.fromEntries(
      riskRules
        .filter(({ trigger }) => triggers.has(trigger))
        .map(({ trigger, weight }) => [trigger, options.riskWeights?.[trigger] ?? weight]),
    ),
    levels,
    block: {
      scope: options.blockedSignIn?.scope ?? 'user',
      durationMs: milliseconds(options.blockedSignIn?.blockDuration ?? '30m'),
      message: options.blockedSignIn?.message,
    },
    maxTravelSpeed: options.maxTravelSpeed ?? 900,
    suspiciousActivityWindowMs: milliseconds(options.suspiciousActivityWindow ?? '1h'),
  };
}

/** Without options that are there and undefined, which would hide defaults. */
function given(options: RiskLevelOptions = {}): RiskLevelOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
