import type {
  ResolvedSecurityOptions,
  ResolvedTokenDeliveryOptions,
  SecurityOptions,
} from '../../context/delivery.options';
import { originSet } from '../origin-rules';
import type { SectionContext } from '../section-context';
import { checkCookie, resolveCookie } from './cookie-options.resolve';
import { checkTrustedProxies } from './trusted-proxies';

type CsrfOptions = NonNullable<SecurityOptions['csrf']>;

const PATH = 'security.csrf';
const EXCLUDED_PATH = /^(?:\/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+\/?$/;

export function resolveSecurity(
  options: SecurityOptions,
  delivery: ResolvedTokenDeliveryOptions,
  context: SectionContext,
): ResolvedSecurityOptions {
  const trustedProxies = options.trustedProxies ?? 0;
  checkTrustedProxies(trustedProxies, context.report);
  return {
    maskSensitiveData: options.maskSensitiveData ?? true,
    trustedProxies: typeof trustedProxies === 'number' ? trustedProxies : [...trustedProxies],
    csrf: resolveCsrf(options.csrf ?? {}, delivery, context),
  };
}

function resolveCsrf(
  options: CsrfOptions,
  delivery: ResolvedTokenDeliveryOptions,
  context: SectionContext,
): ResolvedSecurityOptions['csrf'] {
  const { report } = context;
  const cookieName = options.cookieName ?? 'nauth_csrf_token';
  const cookieOptions = options.cookieOptions ?? {};
  const cookie = resolveCookie(cookieOptions, delivery.cookie);
  const namePath = `${PATH}.cookieName`;
  checkCookie(
    { name: cookieName, namePath, options: cookieOptions, optionsPath: `${PATH}.cookieOptions`, cookie },
    context,
  );
  if (Object.values(delivery.cookieNames).includes(cookieName)) {
    report.addRule(namePath, 'is the name of a token cookie; choose another one');
  }
  if (/^__(host-)?http-/i.test(cookieName)) {
    report.addRule(namePath, 'must not ask for HttpOnly by its prefix: pages have to read the CSRF cookie');
  }
  options.excludedPaths?.forEach((path, index) => {
    const defect = excludedPathDefect(path);
    if (defect) report.addRule(`${PATH}.excludedPaths[${index}]`, defect);
  });
  return {
    cookieName,
    headerName: (options.headerName ?? 'x-csrf-token').toLowerCase(),
    allowedOrigins: originSet(`${PATH}.allowedOrigins`, options.allowedOrigins, report),
    excludedPaths: (options.excludedPaths ?? []).map((path) => path.replace(/\/$/, '')),
    cookie,
  };
}

function excludedPathDefect(path: string): string | undefined {
  if (path === '/') return 'would turn the CSRF check off everywhere; name the paths that need no check';
  if (EXCLUDED_PATH.test(path) && !/\/\.{1,2}(\/|$)/.test(path)) return undefined;
  return "must start with '/' and consist of plain segments, without '..', '%', '?' or '#', such as '/webhooks'";
}
