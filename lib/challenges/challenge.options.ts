export interface ChallengeOptions {
  /** Answers to one challenge. Default 3. */
  maxAttempts?: number;
  /** Life of a challenge. Default '15m', which is also the most (R069). */
  expiresIn?: string | number;
}

export interface ResolvedChallengeOptions {
  maxAttempts: number;
  expiresInMs: number;
}

/** Token of the ResolvedChallengeOptions. */
export const CHALLENGE_OPTIONS = Symbol('nauth.challengeOptions');
