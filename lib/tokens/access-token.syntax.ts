import { isCanonicalBase64url } from './base64url';

/** Longer texts are refused before anything reads them (R042). */
export const MAX_TOKEN_LENGTH = 8192;
/** Media type of an access token (RFC 9068, 2.1): no other token of the toolkit carries it (R035). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** What a token says of a sign-in. Times are Unix seconds. */
export interface AccessTokenClaims {
  /** Id of the user. */
  sub: string;
  /** Id of the session. */
  sid: string;
  /** Id of the token. */
  jti: string;
  /** How the user proved who they are (RFC 8176). */
  amr: string[];
  /** When they did. */
  authTime: number;
  issuedAt: number;
  expiresAt: number;
}

/**
 * The key id of a token whose header is exactly what `issue` writes, undefined for any other: three canonical
 * segments; alg, typ and kid and nothing else, so neither crit, zip nor p2c, and no key or address of one (R034).
 */
export function keyIdOf(token: unknown, algorithm: string): string | undefined {
  if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) return undefined;
  const segments = token.split('.', 4);
  if (segments.length !== 3 || !segments.every((text) => text !== '' && isCanonicalBase64url(text))) {
    return undefined;
  }
  const header = jsonObject(segments[0] ?? '');
  if (!header || Object.keys(header).length !== 3) return undefined;
  const { alg, typ, kid } = header;
  return alg === algorithm && typ === ACCESS_TOKEN_TYPE && typeof kid === 'string' ? kid : undefined;
}

function jsonObject(segment: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The claims of a payload in which every claim has the form that `issue` gives it; undefined otherwise (R039). */
export function toClaims(payload: unknown): AccessTokenClaims | undefined {
  if (!isObject(payload)) return undefined;
  const { sub, sid, jti, typ, amr, auth_time: authTime, iat, exp, nbf } = payload;
  if (typ !== 'access' || !isText(sub) || !isText(sid) || !isText(jti)) return undefined;
  if (!Array.isArray(amr) || !amr.every(isText)) return undefined;
  if (!isTime(authTime) || !isTime(iat) || !isTime(exp) || exp <= iat) return undefined;
  if (nbf !== undefined && !isTime(nbf)) return undefined;
  return { sub, sid, jti, amr, authTime, issuedAt: iat, expiresAt: exp };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
