import { unless, type RiskRule } from '../risk-rule';

/** A client without the token of a device of this user. */
export const newDevice: RiskRule = {
  trigger: 'new_device',
  weight: 25,
  find: ({ knownDevice }) => unless(knownDevice),
};
