import { Inject, Injectable } from '@nestjs/common';
import { SECURITY_OPTIONS, TOKEN_DELIVERY_OPTIONS, type HttpRequest } from '../context';
import type { ResolvedSecurityOptions, ResolvedTokenDeliveryOptions } from '../context';

/** Which page sent a request, as browsers tell it (Origin, else Referer, else Sec-Fetch-Site; R065). */
@Injectable()
export class OriginCheck {
  private readonly allowed: ReadonlySet<string>;

  constructor(
    @Inject(SECURITY_OPTIONS) security: ResolvedSecurityOptions,
    @Inject(TOKEN_DELIVERY_OPTIONS) private readonly delivery: ResolvedTokenDeliveryOptions,
  ) {
    this.allowed = new Set([
      ...security.csrf.allowedOrigins,
      ...delivery.webOrigins,
      ...delivery.nativeOrigins,
    ]);
  }

  /** True unless a page of an origin that is not allowed sent the request. No sign of a browser counts as allowed. */
  allows(request: HttpRequest): boolean {
    const origin = request.header('origin');
    if (origin !== undefined) return this.isAllowed(origin, request);
    const referer = request.header('referer');
    if (referer !== undefined) return URL.canParse(referer) && this.isAllowed(originOf(referer), request);
    const site = request.header('sec-fetch-site');
    return site === undefined || site === 'same-origin' || site === 'none';
  }

  /** Same origin, or an address typed by the user, as browsers of today say themselves. */
  isSameOriginNavigation(request: HttpRequest): boolean {
    return request.header('sec-fetch-site') === 'same-origin' && this.allows(request);
  }

  private isAllowed(origin: string, request: HttpRequest): boolean {
    return this.allowed.has(origin) || this.isOwn(origin, request.header('host'));
  }

  /** The page of the very host that is asked. Where cookies need TLS, so does the page that sends them. */
  private isOwn(origin: string, host: string | undefined): boolean {
    if (!host || !URL.canParse(origin)) return false;
    const url = new URL(origin);
    if (url.origin !== origin || url.host !== host.toLowerCase()) return false;
    return url.protocol === 'https:' || !this.delivery.cookie.secure || isLoopback(url.hostname);
  }
}

function originOf(url: string): string {
  return new URL(url).origin;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
