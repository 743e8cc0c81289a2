import type { HttpRequest, ResolvedTokenDeliveryOptions } from '../context';
import type { TokenDeliveryMethod } from '../contracts';
import { NAuthException } from '../errors';

const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

export interface PresentedToken {
  token: string;
  via: TokenDeliveryMethod;
}

/**
 * The access token of a request, out of the Authorization header or its cookie, as the delivery mode allows. With
 * both, the header counts and the cookie is ignored. Tokens in a URL are never looked at (R043).
 *
 * @throws {NAuthException} AUTH_TOKEN_INVALID, AUTH_BEARER_NOT_ALLOWED, AUTH_COOKIES_NOT_ALLOWED
 */
export function presentedToken(
  request: HttpRequest,
  options: ResolvedTokenDeliveryOptions,
): PresentedToken | undefined {
  if (request.hasBearer) {
    if (options.method === 'cookies') throw new NAuthException('AUTH_BEARER_NOT_ALLOWED');
    const token = BEARER.exec(request.header('authorization') ?? '')?.[1];
    if (!token || request.headerCount('authorization') > 1) throw new NAuthException('AUTH_TOKEN_INVALID');
    return { token, via: 'json' };
  }
  const [token, ...others] = request.cookies(options.cookieNames.access);
  if (token === undefined) return undefined;
  if (options.method === 'json') throw new NAuthException('AUTH_COOKIES_NOT_ALLOWED');
  if (!token || others.length > 0) throw new NAuthException('AUTH_TOKEN_INVALID');
  return { token, via: 'cookies' };
}
