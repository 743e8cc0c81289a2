import { Inject, Injectable } from '@nestjs/common';
import { serialize, type SerializeOptions } from 'cookie';
import { toUnixSeconds } from '../common';
import { SECURITY_OPTIONS, TOKEN_DELIVERY_OPTIONS } from './delivery.options';
import type { ResolvedSecurityOptions, ResolvedTokenDeliveryOptions } from './delivery.options';
import type { IssuedDevice, IssuedTokens, RequestState } from './request-state';

/** Browsers keep no cookie for longer than 400 days (RFC 6265bis section 5.5). */
const MAX_AGE_SECONDS = 400 * 24 * 3600;

/** The cookies of the toolkit: their names, attributes and removal (wire contract, R057, R059). */
@Injectable()
export class AuthCookies {
  /** Where the ready-made routes were last found; the same for every request but in the hands of an odd proxy. */
  private mountPath: string | undefined;

  constructor(
    @Inject(TOKEN_DELIVERY_OPTIONS) private readonly delivery: ResolvedTokenDeliveryOptions,
    @Inject(SECURITY_OPTIONS) private readonly security: ResolvedSecurityOptions,
  ) {}

  /** Puts the tokens into their cookies; each lives as long as its token. */
  setTokens(state: RequestState, issued: IssuedTokens, nowMs: number): void {
    const now = toUnixSeconds(nowMs);
    const { access, refresh } = this.delivery.cookieNames;
    this.append(state, access, issued.accessToken, this.tokenAttributes(issued.accessTokenExpiresAt - now));
    this.append(state, refresh, issued.refreshToken, {
      ...this.tokenAttributes(issued.refreshTokenExpiresAt - now),
      path: this.refreshPath(state),
    });
  }

  /** Lets the client be recognised at its next sign-in. Stays when the session ends. */
  setDevice(state: RequestState, device: IssuedDevice, nowMs: number): void {
    const attributes = this.tokenAttributes(device.expiresAt - toUnixSeconds(nowMs));
    this.append(state, this.delivery.cookieNames.device, device.token, attributes);
  }

  /** Puts a CSRF token where scripts of the page can read it. */
  setCsrf(state: RequestState, token: string, maxAgeSeconds: number): void {
    this.append(state, this.security.csrf.cookieName, token, this.csrfAttributes(maxAgeSeconds));
  }

  /** Removes every cookie of the session, each with the attributes that it was set with. That of the device stays. */
  clear(state: RequestState): void {
    if (this.delivery.method === 'json') return;
    const { access, refresh } = this.delivery.cookieNames;
    this.append(state, access, '', this.tokenAttributes(0));
    this.append(state, refresh, '', { ...this.tokenAttributes(0), path: this.refreshPath(state) });
    this.append(state, this.security.csrf.cookieName, '', this.csrfAttributes(0));
  }

  /** Removes the cookie of the device. */
  clearDevice(state: RequestState): void {
    if (this.delivery.method === 'json') return;
    this.append(state, this.delivery.cookieNames.device, '', this.tokenAttributes(0));
  }

  /** A browser sends the refresh cookie only below this path, so it has to be the path as the browser sees it. */
  private refreshPath(state: RequestState): string {
    if (!this.delivery.refreshCookieFollowsMount) return this.delivery.refreshCookiePath;
    this.mountPath = state.mountPath ?? this.mountPath;
    return this.mountPath ?? this.delivery.refreshCookiePath;
  }

  private tokenAttributes(maxAgeSeconds: number): SerializeOptions {
    return { ...this.delivery.cookie, httpOnly: true, ...lifetime(maxAgeSeconds) };
  }

  private csrfAttributes(maxAgeSeconds: number): SerializeOptions {
    return { ...this.security.csrf.cookie, httpOnly: false, ...lifetime(maxAgeSeconds) };
  }

  private append(state: RequestState, name: string, value: string, attributes: SerializeOptions): void {
    state.response?.appendCookie(serialize(name, value, attributes));
  }
}

function lifetime(maxAgeSeconds: number): SerializeOptions {
  if (maxAgeSeconds <= 0) return { maxAge: 0, expires: new Date(0) };
  return { maxAge: Math.min(maxAgeSeconds, MAX_AGE_SECONDS) };
}
