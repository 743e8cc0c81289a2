import { unless, type RiskRule } from '../risk-rule';

/** A country that the user has not signed in from of late. */
export const newCountry: RiskRule = {
  trigger: 'new_country',
  weight: 30,
  find: ({ knownCountry }) => unless(knownCountry),
};
