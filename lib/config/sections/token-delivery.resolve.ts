import type { ResolvedTokenDeliveryOptions, TokenDeliveryOptions } from '../../context/delivery.options';
import type { ResolvedRoutesOptions } from '../../routes/route.options';
import { originSet } from '../origin-rules';
import type { SectionContext } from '../section-context';
import { checkCookie, isHostBound, resolveCookie, type ResolvedCookie } from './cookie-options.resolve';
import type { RefreshTtl } from './refresh-ttl';

const SAFE_COOKIE: ResolvedCookie = { secure: true, sameSite: 'strict', domain: undefined, path: '/' };

/** R057, R058; wire contract: names of the cookies. */
export function resolveTokenDelivery(
  options: TokenDeliveryOptions,
  routes: ResolvedRoutesOptions,
  refreshTtl: RefreshTtl,
  context: SectionContext,
): ResolvedTokenDeliveryOptions {
  const prefix = options.cookieNamePrefix ?? 'nauth_';
  const cookieOptions = options.cookieOptions ?? {};
  const cookie = resolveCookie(cookieOptions, SAFE_COOKIE);
  checkCookie(
    {
      name: prefix,
      namePath: 'tokenDelivery.cookieNamePrefix',
      options: cookieOptions,
      optionsPath: 'tokenDelivery.cookieOptions',
      cookie,
    },
    context,
  );
  return {
    method: options.method ?? 'json',
    cookieNames: {
      access: `${prefix}access_token`,
      refresh: `${prefix}refresh_token`,
      device: `${prefix}device_token`,
    },
    cookie,
    refreshCookiePath: refreshCookiePath(options, prefix, cookie, routes, context),
    refreshCookieFollowsMount:
      routes.enabled &&
      options.refreshCookiePath === undefined &&
      cookie.path === '/' &&
      !isHostBound(prefix),
    ...resolveHybridPolicy(options, refreshTtl, context),
  };
}

function refreshCookiePath(
  options: TokenDeliveryOptions,
  prefix: string,
  cookie: ResolvedCookie,
  routes: ResolvedRoutesOptions,
  { report }: SectionContext,
): string {
  const given = options.refreshCookiePath;
  if (isHostBound(prefix)) {
    if (given !== undefined && given !== '/') {
      const message = "must be '/' or left out, because the cookie name starts with __Host-";
      report.addRule('tokenDelivery.refreshCookiePath', message);
    }
    return '/';
  }
  return given ?? (routes.enabled && cookie.path === '/' ? `/${routes.prefix}` : cookie.path);
}

function resolveHybridPolicy(
  options: TokenDeliveryOptions,
  refreshTtl: RefreshTtl,
  { report }: SectionContext,
): Pick<ResolvedTokenDeliveryOptions, 'webOrigins' | 'nativeOrigins' | 'refreshTtlMs'> {
  const path = 'tokenDelivery.hybridPolicy';
  const policy = options.hybridPolicy ?? {};
  if (options.hybridPolicy && options.method !== 'hybrid' && !report.isRefused('tokenDelivery.method')) {
    report.addRule(
      path,
      "has a meaning only with tokenDelivery.method 'hybrid'; leave it out or change the method",
    );
  }
  const webOrigins = originSet(`${path}.webOrigins`, policy.webOrigins, report);
  const nativeOrigins = originSet(`${path}.nativeOrigins`, policy.nativeOrigins, report);
  policy.nativeOrigins?.forEach((origin, index) => {
    if (!webOrigins.has(origin)) return;
    const message = 'stands in webOrigins too; an origin gets its tokens one way, keep it in one list';
    report.addRule(`${path}.nativeOrigins[${index}]`, message);
  });
  return {
    webOrigins,
    nativeOrigins,
    refreshTtlMs: {
      cookies: refreshTtl(`${path}.cookieRefreshExpiresIn`, policy.cookieRefreshExpiresIn),
      json: refreshTtl(`${path}.jsonRefreshExpiresIn`, policy.jsonRefreshExpiresIn),
    },
  };
}
