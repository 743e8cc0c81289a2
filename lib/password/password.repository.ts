import type { Channel } from '../notifications';

export const PASSWORD_REPOSITORY = Symbol('nauth.passwordRepository');

/** A new password of an account, and what it was decided upon. */
export interface PasswordReplacement {
  userId: string;
  /** The security version of the account at the time of the decision. */
  securityVersion: number;
  passwordHash: string;
  at: Date;
  /** How many of the hashes before it are kept; the older ones go. */
  keep: number;
  /** The owner has to choose another one at the next login. */
  changeRequired: boolean;
  /** The channel whose code lets the password be set; null where none does. */
  recoveredBy: Channel | null;
}

/** Every method throws NAuthException SERVICE_UNAVAILABLE when the database cannot answer (R148). */
export interface PasswordRepository {
  /** The hash of the account, if it has one, and at most `previous` of those before it, newest first. */
  recentHashes(userId: string, previous: number): Promise<string[]>;
  /**
   * One conditional statement: puts a hash of the same password in the place of exactly that one. Nothing else of the
   * account changes. False when another hash is there by now.
   */
  upgradeHash(userId: string, from: string, to: string): Promise<boolean>;
  /**
   * One unit, which a conditional statement on the account opens: raises its security version by one, stores the hash,
   * keeps the one before it, and removes older ones. An account without a password gets its first one. False, and
   * nothing changed, when the security version is no longer the one given.
   */
  replace(replacement: PasswordReplacement): Promise<boolean>;
  /** Demands a change at the next login, or no longer does. False for an account without a password. */
  setChangeRequired(userId: string, at: Date | null): Promise<boolean>;
  /** Forgets the channel whose code set the password. */
  forgetRecovery(userId: string): Promise<void>;
}
