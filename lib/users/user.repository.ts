import type { AddressChange, NewUser, ProfilePatch, User, UserIdentifier, UserWithPassword } from './user';

export const USER_REPOSITORY = Symbol('nauth.userRepository');

/** Thrown by `insert` when the unique index of the named identifier refuses the row (R011). */
export class IdentifierTakenError extends Error {
  constructor(readonly kind: UserIdentifier['kind']) {
    super(`identifier taken: ${kind}`);
    this.name = 'IdentifierTakenError';
  }
}

/** Every method throws NAuthException SERVICE_UNAVAILABLE when the database cannot answer (R148). */
export interface UserRepository {
  /**
   * The account and its password credential, in one unit (R157).
   * @throws {IdentifierTakenError}
   */
  insert(user: NewUser, passwordHash: string | null): Promise<User>;
  findById(id: string): Promise<User | null>;
  findWithPassword(identifier: UserIdentifier): Promise<UserWithPassword | null>;
  /** The account after the change, or null when there is none. */
  updateProfile(id: string, patch: ProfilePatch, at: Date): Promise<User | null>;
  /**
   * One conditional statement. The account after the change; null when it has another address by now, or is not active.
   * @throws {IdentifierTakenError}
   */
  changeAddress(change: AddressChange): Promise<User | null>;
  /**
   * Holds the account's row to the end of the running unit of work, so that units of one account queue there. For units
   * that write rows which point to the account before they write the account itself: on MariaDB such a row shares the
   * account's, and of two that share it none gets to write it. They hold it before anything else.
   */
  hold(id: string): Promise<void>;
  /**
   * One conditional statement: ends what was proved of the account before, if it is still at this version. Holds the row
   * until the surrounding unit ends.
   */
  raiseSecurityVersion(id: string, securityVersion: number, at: Date): Promise<boolean>;
  /**
   * One conditional statement: marks a login of an active account whose security version is still the one that the
   * credentials were checked against. Holds the row until the surrounding unit ends, so that logins of one account
   * queue there. False when the account was disabled or its password changed meanwhile (R076).
   */
  claimLogin(id: string, securityVersion: number, at: Date): Promise<boolean>;
}
