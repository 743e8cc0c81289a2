import { unless, type RiskRule } from '../risk-rule';

/** A network that the user has not signed in from of late. Light: telephones change theirs all day. */
export const newIp: RiskRule = {
  trigger: 'new_ip',
  weight: 10,
  find: ({ knownNetwork }) => unless(knownNetwork),
};
