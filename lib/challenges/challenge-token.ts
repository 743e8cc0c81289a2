import { createHash } from 'node:crypto';
import { randomToken } from '../common';

/** What the client holds of a challenge: 256 random bits (R069). */
export function newChallengeToken(): string {
  return randomToken(32);
}

/** What is stored of it. A plain digest will do: nobody can try 256 random bits. */
export function challengeTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
