/** Where answers of one account are counted over all of its challenges (R075, R077). */
export const CHALLENGE_ATTEMPTS = Symbol('nauth.challengeAttempts');

export interface ChallengeAttempts {
  /**
   * Counts an answer, before it is looked at. The first refusal of a window is in the audit trail (R030, R126).
   *
   * @param userId whose account it is; null for a decoy
   * @throws {NAuthException} CHALLENGE_MAX_ATTEMPTS with `retryAfter`
   */
  count(subject: string, userId: string | null): Promise<void>;
  /** Gives an answer back that was right or could not be looked at. */
  giveBack(subject: string): Promise<void>;
  /** Starts the count again: all that it guards has been proved (R029). */
  clear(subject: string): Promise<void>;
}
