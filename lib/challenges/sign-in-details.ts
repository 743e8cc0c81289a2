import type { AuthenticatedResponse } from '../contracts';
import type { SignIn } from './sign-in';

/** Token of the SignInDetailsSource. */
export const SIGN_IN_DETAILS = Symbol('nauth.signInDetails');

/** What the answer to a finished sign-in says beside user and tokens. */
export type SignInDetails = Pick<AuthenticatedResponse, 'mfaGracePeriod'>;

/** Adds to the answers of sign-ins that get tokens. */
export interface SignInDetailsSource {
  /** Part of the unit of work that opens the session. */
  detailsOf(signIn: SignIn): Promise<SignInDetails>;
}
