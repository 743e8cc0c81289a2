import type { ChallengeOptions, ResolvedChallengeOptions } from '../../challenges';
import { duration, section, wholeNumber } from '../fields';
import { milliseconds, type SectionContext } from '../section-context';

/** R069: a challenge lives 15 minutes at most. */
const LONGEST_MS = 15 * 60_000;

export const challengeSchema = section<ChallengeOptions>({
  maxAttempts: wholeNumber(1, 10),
  expiresIn: duration(),
});

export function resolveChallenge(
  options: ChallengeOptions,
  { report }: SectionContext,
): ResolvedChallengeOptions {
  const expiresInMs = milliseconds(options.expiresIn ?? '15m');
  if (expiresInMs > LONGEST_MS) report.addRule('challenge.expiresIn', 'is longer than 15m; shorten it');
  return { maxAttempts: options.maxAttempts ?? 3, expiresInMs };
}
