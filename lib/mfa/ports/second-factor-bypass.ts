import type { SignIn } from '../../challenges';
import type { Session } from '../../sessions';

/** Token of the SecondFactorBypass. Without one, every sign-in needs its second factor. */
export const SECOND_FACTOR_BYPASS = Symbol('nauth.secondFactorBypass');

/** What spares a sign-in its second factor: a device that the user trusts. */
export interface SecondFactorBypass {
  /** Whether this sign-in is spared. By what is stored and what the client proves, never by a header's word (R031). */
  spares(signIn: SignIn): Promise<boolean>;
  /** Whether a session whose sign-in was spared would be spared now. */
  sparesSession(session: Session): Promise<boolean>;
  /** Ends all trust of the account: its factors changed (R087, R088). Part of the running unit of work. */
  endTrust(userId: string): Promise<void>;
}
