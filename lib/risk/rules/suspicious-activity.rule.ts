import type { RiskRule } from '../risk-rule';

/** More than somebody who mistypes. */
const MAX_FAILURES = 3;

/** Refused proofs in a row, or one event that is no mistake. */
export const suspiciousActivity: RiskRule = {
  trigger: 'suspicious_activity',
  weight: 30,
  find: ({ failures, alarms }) => {
    if (failures === null || alarms === null) return 'unknown';
    return failures > MAX_FAILURES || alarms > 0 ? 'present' : 'absent';
  },
};
