import type { IssuedTokens } from '../context';
import type { SignIn, SignInRisk } from './sign-in';

/** Token of the SignInObserver. */
export const SIGN_IN_OBSERVER = Symbol('nauth.signInObserver');

/** Looks at sign-ins as they pass the gate: at their risk before, at their device afterwards. */
export interface SignInObserver {
  /**
   * Judges a sign-in whose first factor has just been proved, outside of a unit of work. Undefined where nothing is judged.
   *
   * @throws {NAuthException} SIGNIN_BLOCKED_HIGH_RISK, SERVICE_UNAVAILABLE
   */
  assess(signIn: SignIn): Promise<SignInRisk | undefined>;
  /** A session has been opened; part of its unit of work. What it says of the device goes into `issued`. */
  opened(signIn: SignIn, issued: IssuedTokens): Promise<void>;
}
