/** Where answers of one account are counted over all of its challenges (R075, R077). */
export const CHALLENGE_ATTEMPTS = Symbol('nauth.challengeAttempts');

export interface ChallengeAttempts {
  /**
   * Counts an answer, before it is looked at.
   *
   * @throws {NAuthException} CHALLENGE_MAX_ATTEMPTS with `retryAfter`
   */
  count(subject: string): Promise<void>;
  /** Gives an answer back that was right or could not be looked at. */
  giveBack(subject: string): Promise<void>;
}
