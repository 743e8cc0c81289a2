/** The user inside an AuthResponse. Fields without a value are null, never absent. */
export interface AuthResponseUser {
  sub: string;
  email: string;
  firstName: string | null;
  lastName: string | null;
  phone: string | null;
  isEmailVerified: boolean;
  isPhoneVerified: boolean;
  socialProviders: string[];
  hasPasswordHash: boolean;
}

/** The profile of the signed-in user: answer of GET and PUT /profile. Times are ISO 8601 in UTC on the wire. */
export interface UserProfile extends AuthResponseUser {
  username: string | null;
  isActive: boolean;
  timezone: string | null;
  locale: string | null;
  metadata: Record<string, unknown>;
  createdAt: string;
  updatedAt: string;
  /** How the session behind this request was opened: 'password', 'google', ... */
  sessionAuthMethod: AuthMethod | null;
}

/** An address that takes the place of the present one when the code that went there has come back. */
export interface PendingAddress {
  /** Where the code went, masked. */
  destination: string;
  /** Life of the code in seconds. */
  expiresIn: number;
}

/** Answer of PUT /profile. */
export interface UpdatedProfile extends UserProfile {
  /** Present when this request asked for another address. */
  pendingEmail?: PendingAddress;
  pendingPhone?: PendingAddress;
}

export type AuthMethod = 'password' | 'google' | 'apple' | 'facebook' | 'passkey';
