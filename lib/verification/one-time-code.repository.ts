import type { CodePurpose, OneTimeCode, ProvedCode } from './one-time-code';

export const ONE_TIME_CODE_REPOSITORY = Symbol('nauth.oneTimeCodeRepository');

/** Every change is one conditional statement; its boolean says whether this caller made it. */
export interface OneTimeCodeRepository {
  /**
   * Puts the code in the place of the one there is, unless that one lives, has the same target and was sent after
   * `cutoff`. With `keepsLife` a live one of the same target hands down its end and its count, if it has tries left.
   */
  replace(code: OneTimeCode, cutoff: Date, keepsLife: boolean): Promise<boolean>;
  find(purpose: CodePurpose, subject: string): Promise<OneTimeCode | null>;
  /** Counts a try at a live code that has tries left. */
  countAttempt(purpose: CodePurpose, subject: string, at: Date): Promise<boolean>;
  giveAttemptBack(purpose: CodePurpose, subject: string): Promise<void>;
  /** Uses exactly this code up, if it is live still: true for one of any number of callers. */
  consume(code: ProvedCode, at: Date): Promise<boolean>;
  /** Ends the codes of an account, all of them or those of the purposes. */
  voidAll(userId: string, at: Date, purposes?: readonly CodePurpose[]): Promise<void>;
  deleteExpired(before: Date, limit: number): Promise<number>;
}
