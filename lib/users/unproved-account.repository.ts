import type { NewUser, User } from './user';

export const UNPROVED_ACCOUNT_REPOSITORY = Symbol('nauth.unprovedAccountRepository');

/** What a sign-up says of its account beside the address. */
export type SignupProfile = Pick<
  NewUser,
  'username' | 'phone' | 'firstName' | 'lastName' | 'locale' | 'timezone' | 'metadata'
>;

/** Active accounts none of whose addresses is proved, and that nobody has ever signed in to. */
export interface UnprovedAccountRepository {
  findByEmail(email: string): Promise<User | null>;
  /**
   * One conditional statement: makes the account that of another sign-up. False when it has been proved, used or changed
   * meanwhile.
   * @throws {IdentifierTakenError}
   */
  take(account: Pick<User, 'id' | 'securityVersion'>, profile: SignupProfile, at: Date): Promise<boolean>;
}
