import type { RiskRule } from '../risk-rule';
import type { RiskTrigger } from '../risk.options';
import { impossibleTravel } from './impossible-travel.rule';
import { newCountry } from './new-country.rule';
import { newDevice } from './new-device.rule';
import { newIp } from './new-ip.rule';
import { recentPasswordReset } from './recent-password-reset.rule';
import { suspiciousActivity } from './suspicious-activity.rule';

/** Every rule there is. */
export const riskRules: readonly RiskRule[] = [
  newDevice,
  newIp,
  newCountry,
  impossibleTravel,
  suspiciousActivity,
  recentPasswordReset,
];

export const riskTriggers: readonly RiskTrigger[] = riskRules.map(({ trigger }) => trigger);
