import type { ChallengeSession } from './challenge-session';

export const CHALLENGE_REPOSITORY = Symbol('nauth.challengeRepository');

/** Every change is one conditional statement; its boolean says whether this caller made it. */
export interface ChallengeRepository {
  insert(challenge: ChallengeSession): Promise<void>;
  findByTokenHash(tokenHash: string): Promise<ChallengeSession | null>;
  /** Counts an answer of an open challenge that has answers left (R075). */
  countAttempt(id: string, at: Date): Promise<boolean>;
  /** Gives an answer back that could not be looked at. */
  giveAttemptBack(id: string): Promise<void>;
  /** Finishes an open challenge: true for one of any number of callers (R074). */
  complete(id: string, at: Date): Promise<boolean>;
  /** Replaces what the resolver remembers of an open challenge. */
  updateState(id: string, state: ChallengeSession['state'], at: Date): Promise<boolean>;
  /** Ends all open challenges of the user; the number ended. */
  voidAll(userId: string, at: Date): Promise<number>;
  /** Ends the open challenges of the user but for the newest `keep` (R077). */
  voidOldest(userId: string, keep: number, at: Date): Promise<number>;
  deleteExpired(before: Date, limit: number): Promise<number>;
}
