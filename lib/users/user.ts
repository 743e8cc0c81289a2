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
  /** Grows with every event that ends what was proved before it: password change, disable. */
  securityVersion: number;
  createdAt: Date;
  updatedAt: Date;
}

export type NewUser = Omit<
  User,
  'hasPassword' | 'passwordChangedAt' | 'passwordChangeRequired' | 'securityVersion'
>;

export type ProfilePatch = Partial<Pick<User, 'firstName' | 'lastName' | 'locale' | 'timezone'>>;

/** One way to name an account, in canonical form. */
export interface UserIdentifier {
  kind: 'email' | 'username' | 'phone';
  value: string;
}

export interface UserWithPassword {
  user: User;
  passwordHash: string | null;
}
