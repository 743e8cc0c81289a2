import { Inject, Injectable } from '@nestjs/common';
import { constantTimeEqual } from '../common';
import {
  AuthCookies,
  decodeCookieValue,
  DeliveryPolicy,
  SECURITY_OPTIONS,
  TOKEN_DELIVERY_OPTIONS,
} from '../context';
import type { RequestState, ResolvedSecurityOptions, ResolvedTokenDeliveryOptions } from '../context';
import { NAuthException } from '../errors';
import { RefreshTokenCodec, unverifiedSessionId } from '../tokens';
import { CsrfTokens } from './csrf-tokens';
import { OriginCheck } from './origin-check';
import { RequestRefusals } from './request-refusals';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Stage 2 of the pipeline, the same for public and guarded routes. On an unsafe method, where tokens may travel in
 * cookies: the page must be an allowed one, which also stops login CSRF (R062), and a request that brings the cookies
 * of a session must bring that session's CSRF token in cookie and header (R060, R061).
 */
@Injectable()
export class CsrfHandler {
  constructor(
    @Inject(DeliveryPolicy) private readonly policy: DeliveryPolicy,
    @Inject(SECURITY_OPTIONS) private readonly security: ResolvedSecurityOptions,
    @Inject(TOKEN_DELIVERY_OPTIONS) private readonly delivery: ResolvedTokenDeliveryOptions,
    @Inject(OriginCheck) private readonly origins: OriginCheck,
    @Inject(CsrfTokens) private readonly tokens: CsrfTokens,
    @Inject(RefreshTokenCodec) private readonly refreshTokens: RefreshTokenCodec,
    @Inject(AuthCookies) private readonly cookies: AuthCookies,
    @Inject(RequestRefusals) private readonly refusals: RequestRefusals,
  ) {}

  /**
   * @throws {NAuthException} AUTH_CSRF_ORIGIN_REJECTED, AUTH_CSRF_TOKEN_MISSING, AUTH_CSRF_TOKEN_INVALID
   */
  handle(state: RequestState): void {
    if (state.csrfChecked) return;
    state.csrfChecked = true;
    try {
      this.check(state);
    } catch (error) {
      if (error instanceof NAuthException) this.refusals.record(state, error);
      throw error;
    }
  }

  /**
   * On a request that changes nothing: gives a signed-in page a CSRF token when it has none that fits, and names the
   * token in a header too, for pages of another origin that cannot read the cookie.
   */
  renew(state: RequestState, sessionId: string, maxAgeSeconds: number): void {
    if (!SAFE_METHODS.has(state.request.method)) return;
    const [present, ...others] = state.request.cookies(this.security.csrf.cookieName).map(decodeCookieValue);
    const fits = present !== undefined && others.length === 0 && this.tokens.belongsTo(present, sessionId);
    const token = fits ? present : this.tokens.issue(sessionId);
    if (!fits) this.cookies.setCsrf(state, token, maxAgeSeconds);
    state.response?.setHeader(this.security.csrf.headerName, token);
  }

  private check(state: RequestState): void {
    const { request } = state;
    if (!this.policy.usesCookies || SAFE_METHODS.has(request.method) || this.isExcluded(request.path)) return;
    // A bearer token is no ambient credential, and where it is accepted the cookies beside it are ignored.
    if (this.delivery.method === 'hybrid' && request.hasBearer) return;
    if (!this.origins.allows(request)) throw new NAuthException('AUTH_CSRF_ORIGIN_REJECTED');
    const access = request.cookies(this.delivery.cookieNames.access);
    const refresh = request.cookies(this.delivery.cookieNames.refresh);
    if (access.length === 0 && refresh.length === 0) return;
    this.assertToken(state, sessionIdOf(access, refresh, this.refreshTokens));
  }

  private assertToken(state: RequestState, sessionId: string | undefined): void {
    const { cookieName, headerName } = this.security.csrf;
    const header = state.request.header(headerName);
    const inCookies = state.request.cookies(cookieName).map(decodeCookieValue);
    const [inCookie] = inCookies;
    if (!header || !inCookie) throw new NAuthException('AUTH_CSRF_TOKEN_MISSING');
    const fits =
      sessionId !== undefined &&
      inCookies.length === 1 &&
      constantTimeEqual(decodeCookieValue(header), inCookie) &&
      this.tokens.belongsTo(inCookie, sessionId);
    if (!fits) throw new NAuthException('AUTH_CSRF_TOKEN_INVALID');
  }

  private isExcluded(path: string): boolean {
    return this.security.csrf.excludedPaths.some(
      (prefix) => path === prefix || path.startsWith(`${prefix}/`),
    );
  }
}

/**
 * The session that the cookies name; undefined when one comes twice, is unreadable, or they disagree. Nothing is
 * verified here: a forged name fits no CSRF token that the forger can make.
 */
function sessionIdOf(
  access: readonly string[],
  refresh: readonly string[],
  refreshTokens: RefreshTokenCodec,
): string | undefined {
  if (access.length > 1 || refresh.length > 1) return undefined;
  const named = [
    ...access.map((token) => unverifiedSessionId(token)),
    ...refresh.map((token) => refreshTokens.decode(token)?.sessionId),
  ];
  const [first] = named;
  return named.every((id) => id === first) ? first : undefined;
}
