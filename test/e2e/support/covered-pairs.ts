import { hostNames, type HostName } from '../../hosts/arguments';
import { engines, isEmbeddedOnly, type EngineName } from '../../support/services';
import type { Style } from './visitor';
import type { Delivery } from './world';

/** With `full`, each suite runs on each combination, which takes three times as long: before a release. */
const isFull = process.env.NAUTH_TEST_MATRIX === 'full';

const manners: readonly (readonly [Delivery, Style])[] = [
  ['json', 'native'],
  ['cookies', 'browser'],
  ['hybrid', 'native'],
  ['hybrid', 'browser'],
];

/**
 * Whether the topics run for this combination: a third of all, in which each pair of host and engine, of host and manner
 * of delivery, and of engine and manner is found. Where only SQLite is asked for, every host has every manner on it.
 */
export function coversPairs(engine: EngineName, host: HostName, delivery: Delivery, style: Style): boolean {
  if (isFull || isEmbeddedOnly) return true;
  const manner = manners.findIndex(([method, client]) => method === delivery && client === style);
  return engines.indexOf(engine) === (hostNames.indexOf(host) + manner) % engines.length;
}

/** The same for suites with two manners of delivery: half of the combinations. */
export function coversHalf(engine: EngineName, host: HostName, delivery: 'json' | 'cookies'): boolean {
  if (isFull || isEmbeddedOnly) return true;
  return (engines.indexOf(engine) + hostNames.indexOf(host)) % 2 === (delivery === 'json' ? 0 : 1);
}
