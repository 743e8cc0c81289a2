import type { AuthMethod } from '../contracts';
import type { SignupProfile, User } from '../users';

/** What an assessment has found of a sign-in. */
export interface SignInRisk {
  level: 'low' | 'medium' | 'high';
  action: 'allow' | 'require_mfa';
}

/** Somebody on the way to tokens: who it is, and what has been proved so far. */
export interface SignIn {
  user: User;
  /** The first factor. */
  authMethod: AuthMethod;
  /** Authentication methods references (RFC 8176) of everything proved so far. */
  amr: readonly string[];
  /** How the list of sessions names the session that this may become. */
  deviceName: string | null;
  /** True when the account was opened by this very sign-in. */
  isSignup: boolean;
  /** Found when the first factor was proved. Without it nothing is known, and so nothing is good. */
  risk?: SignInRisk;
  /** A phone number that was given on the way and is not proved yet. */
  phone?: string;
  /** What a sign-up for an account that nobody has proved makes of it, once its address is proved. */
  claim?: AccountClaim;
}

/** The account as a sign-up wants it, for one whose earlier sign-up was never finished (R012, R111). */
export interface AccountClaim {
  passwordHash: string;
  profile: SignupProfile;
}

/** The part of a sign-in that its challenges carry; the user is read again at every step (R076). */
export type StoredSignIn = Omit<SignIn, 'user'>;
