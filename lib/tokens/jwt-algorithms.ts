import type { JwtAlgorithm } from './jwt.options';

export type KeyRequirement =
  | { kind: 'hmac'; minBytes: number }
  | { kind: 'rsa'; minBits: number }
  | { kind: 'ec'; curve: string; curveName: string };

/** What each algorithm asks of its key (RFC 7518, 3.2 to 3.4; R036). */
export const keyRequirement: Readonly<Record<JwtAlgorithm, KeyRequirement>> = Object.freeze({
  HS256: { kind: 'hmac', minBytes: 32 },
  HS384: { kind: 'hmac', minBytes: 48 },
  HS512: { kind: 'hmac', minBytes: 64 },
  RS256: { kind: 'rsa', minBits: 2048 },
  RS384: { kind: 'rsa', minBits: 2048 },
  RS512: { kind: 'rsa', minBits: 2048 },
  ES256: { kind: 'ec', curve: 'prime256v1', curveName: 'P-256' },
  ES384: { kind: 'ec', curve: 'secp384r1', curveName: 'P-384' },
});

export function isJwtAlgorithm(value: unknown): value is JwtAlgorithm {
  return typeof value === 'string' && Object.hasOwn(keyRequirement, value);
}
