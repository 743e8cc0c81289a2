import type { KeyObject } from 'node:crypto';

export type JwtAlgorithm = 'HS256' | 'HS384' | 'HS512' | 'RS256' | 'RS384' | 'RS512' | 'ES256' | 'ES384';

export interface JwtOptions {
  /** The one algorithm of all access-token keys (R033). Default HS256. */
  algorithm?: JwtAlgorithm;
  /** `iss`, written and checked. */
  issuer?: string;
  /** `aud`, written and checked: a token must name one of them. */
  audience?: string | string[];
  accessToken: {
    /** HS*: at least as many bytes as the hash has (32, 48, 64), random. */
    secret?: string;
    /** RS*, ES*: PEM. */
    privateKey?: string;
    /** RS*, ES*: PEM; derived from the private key when left out. */
    publicKey?: string;
    /** Name of the signing key in the token header. Default: derived from the key. */
    kid?: string;
    /** Default 15m. */
    expiresIn?: string | number;
  };
  /** Keys that still verify, by kid, after another one signs (R037). Same algorithm as the signing key. */
  keys?: Record<string, { secret?: string; publicKey?: string }>;
  refreshToken: {
    /** At least 32 random bytes; also the root of the CSRF key. */
    secret: string;
    /** Secrets that were `secret` before; tokens made under them still work. */
    previousSecrets?: string[];
    /** Life of one refresh token; each rotation starts it again, within the session's own end. Default 7d. */
    expiresIn?: string | number;
    /** End the session when a refresh token comes back that was used before. Default true. */
    reuseDetection?: boolean;
    /** How long the direct parent of the live token gets the same successor again. 0 turns it off. Default 10. */
    graceSeconds?: number;
  };
}

export interface VerificationKey {
  kid: string;
  key: KeyObject;
}

export interface ResolvedJwtOptions {
  algorithm: JwtAlgorithm;
  issuer: string | undefined;
  audience: string[] | undefined;
  accessTokenTtlMs: number;
  signingKey: VerificationKey;
  /** Every key that verifies, the signing key's public half first. One key may stand under two names. */
  verificationKeys: readonly VerificationKey[];
  refreshToken: {
    /** The live secret first, previous ones after it. */
    secrets: readonly string[];
    ttlMs: number;
    reuseDetection: boolean;
    graceMs: number;
  };
}

/** Token of the ResolvedJwtOptions. */
export const JWT_OPTIONS = Symbol('nauth.jwtOptions');
