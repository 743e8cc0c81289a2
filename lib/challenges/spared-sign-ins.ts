import type { MfaSparedBy } from '../sessions';
import type { SignIn } from './sign-in';

/** Token of the SparedSignIns. */
export const SPARED_SIGN_INS = Symbol('nauth.sparedSignIns');

/** Knows what has spared a sign-in the second factor of its account. */
export interface SparedSignIns {
  /** As it was decided when the sign-in was last asked for a factor; null where nothing was spared. */
  sparedBy(signIn: SignIn): MfaSparedBy | null;
}
