import type { AuthMethod } from '../contracts';
import type { User } from '../users';

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
}

/** The part of a sign-in that its challenges carry; the user is read again at every step (R076). */
export type StoredSignIn = Omit<SignIn, 'user'>;
