import type { Channel } from '../notifications';

/** An account as the domains see it. `id` is the opaque `sub` that leaves the server. */
export interface User {
  id: string;
  email: string;
  username: string | null;
  phone: string | null;
  firstName: string | null;
  lastName: string | null;
  locale: string | null;
  timezone: string | null;
  metadata: Record<string, unknown>;
  isEmailVerified: boolean;
  isPhoneVerified: boolean;
  isActive: boolean;
  hasPassword: boolean;
  /** Null without a password. */
  passwordChangedAt: Date | null;
  /** An administrator demands another password at the next login. */
  passwordChangeRequired: boolean;
  /**
   * The channel whose code set the password, as long as nothing else was shown since: the password proves no more than that
   * channel does (R086). Null for any other password.
   */
  passwordRecoveredBy: Channel | null;
  /** Grows with every event that ends what was proved before it: password change, disable. */
  securityVersion: number;
  createdAt: Date;
  updatedAt: Date;
}

export type NewUser = Omit<
  User,
  'hasPassword' | 'passwordChangedAt' | 'passwordChangeRequired' | 'passwordRecoveredBy' | 'securityVersion'
>;

export type ProfilePatch = Partial<Pick<User, 'firstName' | 'lastName' | 'locale' | 'timezone'>>;

/** Another address, or none, in the place of the one that the decision saw. */
export interface AddressChange {
  userId: string;
  kind: 'email' | 'phone';
  from: string | null;
  /** Canonical. Null for a phone number that goes. */
  to: string | null;
  /** Whether it has been proved. */
  isVerified: boolean;
  at: Date;
}

/** One way to name an account, in canonical form. */
export interface UserIdentifier {
  kind: 'email' | 'username' | 'phone';
  value: string;
}

export interface UserWithPassword {
  user: User;
  passwordHash: string | null;
}
