import type { Place } from './travel';

export const RISK_HISTORY = Symbol('nauth.riskHistory');

export interface RiskHistoryQuery {
  userId: string;
  /** Digests of the token that the client brought, under every key; none for no token. */
  tokenDigests: string[];
  network: string | null;
  country: string | null;
  /** Older sign-ins do not count. */
  deviceSince: Date;
  networkSince: Date;
}

/** What the earlier sign-ins of a user say of this one. */
export interface SignInHistory {
  /** The user has signed in before, or there is nothing to compare with. */
  hasSignedIn: boolean;
  knownDevice: boolean;
  knownNetwork: boolean;
  knownCountry: boolean;
  /** Of the last sign-in whose place is known. */
  lastPlace: Place | null;
}

/** Only sign-ins that came to a session count. Throws NAuthException SERVICE_UNAVAILABLE without the database (R148). */
export interface RiskHistory {
  find(query: RiskHistoryQuery): Promise<SignInHistory>;
}
