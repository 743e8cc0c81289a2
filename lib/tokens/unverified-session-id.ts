const MAX_TOKEN_LENGTH = 8192;

/**
 * The session id that an access token claims, without any check of the token. Only for values that are worth nothing
 * unless they also fit something signed.
 */
export function unverifiedSessionId(accessToken: string): string | undefined {
  if (accessToken.length > MAX_TOKEN_LENGTH) return undefined;
  const payload = accessToken.split('.')[1];
  if (!payload) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const sid: unknown =
      typeof claims === 'object' && claims !== null ? Reflect.get(claims, 'sid') : undefined;
    return typeof sid === 'string' ? sid : undefined;
  } catch {
    return undefined;
  }
}
