import { randomInt } from 'node:crypto';

const FIRST_MS = 2_000;
const FACTOR = 4;
const LONGEST_MS = 15 * 60_000;

/**
 * Milliseconds until the next attempt, after so many have failed: 2 s, 8 s, 32 s ... at most 15 min, each up to a fifth
 * shorter or longer, so that what failed together does not come back together.
 */
export function retryDelay(attempts: number): number {
  const plain = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** Math.min(20, Math.max(0, attempts - 1)));
  const spread = Math.round(plain / 5);
  return plain + randomInt(-spread, spread + 1);
}
