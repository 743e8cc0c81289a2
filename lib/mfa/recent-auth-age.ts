import { parseDuration, type Duration } from '../common';

/**
 * How long ago somebody may have proved who they are, for a route that asks for it (R084).
 *
 * @param maxAge '5m', or seconds
 * @param asker who takes it, for the text of the error
 * @returns milliseconds
 * @throws {TypeError} for what is no duration, which would let everybody in or nobody
 */
export function recentAuthAge(maxAge: Duration, asker: string): number {
  const maxAgeMs = parseDuration(maxAge);
  if (maxAgeMs === undefined) throw new TypeError(`${asker} takes a duration such as '5m', or seconds`);
  return maxAgeMs;
}
