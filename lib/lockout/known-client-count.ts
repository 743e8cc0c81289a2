import { createHash } from 'node:crypto';
import type { ResolvedLockoutOptions } from './lockout.options';

/** Wrong passwords that an account takes within a window, of all its known clients and of strangers together (R020). */
const MOST_ATTEMPTS = 100;

/** The most that `lockout.maxAttempts` may be, so that strangers and known clients have a count each. */
export const HIGHEST_MAX_ATTEMPTS = MOST_ATTEMPTS / 2;

/** Of the counts of known clients, the part that networks share: one in four. */
const NETWORK_SHARE = 4;

/** Wrong passwords that one count of an account takes within a window: it starts again after each lock. */
export function attemptsOfCount(lockout: ResolvedLockoutOptions): number {
  const { maxAttempts, attemptWindowMs, durationMs, maxDurationMs } = lockout;
  let attempts = maxAttempts;
  let lockMs = durationMs;
  for (let passedMs = lockMs; passedMs < attemptWindowMs && attempts < MOST_ATTEMPTS; passedMs += lockMs) {
    attempts += maxAttempts;
    lockMs = Math.min(lockMs * 2, maxDurationMs);
  }
  return attempts;
}

/** How many counts an account has for known clients, of which each takes so many attempts within a window. */
function countsOf(attempts: number): number {
  return Math.max(1, Math.floor(MOST_ATTEMPTS / attempts) - 1);
}

/** All counts that an account has for known clients. */
export function knownClientCounts(attempts: number): string[] {
  return Array.from({ length: countsOf(attempts) }, (_, index) => `known ${index}`);
}

/**
 * Which of its counts an account uses for a known client. There are as many as fit below MOST_ATTEMPTS beside the count
 * of strangers, five by default, so that no number of devices and networks buys more guesses than that. Devices and
 * networks have no count in common where there is more than one: a stranger in the owner's network, who is known by it,
 * would else spend the attempts of the owner's device now and then (R023).
 *
 * @param attempts that each count takes within a window
 */
export function knownClientCount(userId: string, knownAs: string, attempts: number): string {
  const counts = countsOf(attempts);
  const digest = createHash('sha256').update(`${userId} ${knownAs}`).digest().readUInt32BE();
  if (counts === 1) return 'known 0';
  const networks = Math.max(1, Math.floor(counts / NETWORK_SHARE));
  const isNetwork = knownAs.startsWith('network:');
  return `known ${isNetwork ? digest % networks : networks + (digest % (counts - networks))}`;
}
