import { cose } from '@simplewebauthn/server/helpers';

/** Kinds of keys that are offered, the one that every authenticator can make first (R100). */
export const ALGORITHMS: readonly number[] = [cose.COSEALG.ES256, cose.COSEALG.EdDSA, cose.COSEALG.RS256];

/** What a credential is checked against; from the configuration, never from a request (R094, R095). */
export interface PasskeyRules {
  rpId: string;
  origin: readonly string[];
  requireUserVerification: boolean;
}
