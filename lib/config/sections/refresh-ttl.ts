import type { Duration } from '../../common';
import type { ResolvedSessionOptions, SessionOptions } from '../../sessions';
import { milliseconds, type SectionContext } from '../section-context';

/** The life of a refresh token in milliseconds, for an option that says so or leaves it to the general one. */
export type RefreshTtl = (path: string, given: Duration | undefined) => number;

/**
 * A refresh token never outlives its session. A default is shortened silently; two explicit options that contradict
 * each other are a problem.
 */
export function refreshTtlWithin(
  session: ResolvedSessionOptions,
  options: SessionOptions,
  fallback: Duration,
  { report }: SectionContext,
): RefreshTtl {
  return (path, given) => {
    const wanted = milliseconds(given ?? fallback);
    if (given !== undefined && options.maxLifetime !== undefined && wanted > session.maxLifetimeMs) {
      report.addRule(path, 'is longer than session.maxLifetime; shorten it or prolong the session');
    }
    return Math.min(wanted, session.maxLifetimeMs);
  };
}
