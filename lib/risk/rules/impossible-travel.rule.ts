import type { RiskRule } from '../risk-rule';

/** Further from the sign-in before than anybody gets in that time. */
export const impossibleTravel: RiskRule = {
  trigger: 'impossible_travel',
  weight: 40,
  find: ({ travelSpeed }, { maxTravelSpeed }) => {
    if (travelSpeed === null) return 'unknown';
    return travelSpeed > maxTravelSpeed ? 'present' : 'absent';
  },
};
