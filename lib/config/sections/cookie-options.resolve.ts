import type { CookieOptions, ResolvedTokenDeliveryOptions } from '../../context/delivery.options';
import type { SectionContext } from '../section-context';

export type ResolvedCookie = ResolvedTokenDeliveryOptions['cookie'];

interface CookieToCheck {
  /** Name or prefix of the name, and the option that it comes from. */
  name: string;
  namePath: string;
  /** What the host wrote, and where; problems of inherited values are reported where they were written. */
  options: CookieOptions;
  optionsPath: string;
  cookie: ResolvedCookie;
}

/** Characters of an RFC 6265 cookie name, which is an RFC 9110 token. */
export const TOKEN_CHARACTERS = /^[A-Za-z0-9!#$%&'*+.^_`|~-]*$/;

export function resolveCookie(options: CookieOptions, defaults: ResolvedCookie): ResolvedCookie {
  return {
    secure: options.secure ?? defaults.secure,
    sameSite: options.sameSite ?? defaults.sameSite,
    domain: options.domain ?? defaults.domain,
    path: options.path ?? defaults.path,
  };
}

/** True for `__Host-` names. Browsers compare the prefixes of cookie names without regard to case. */
export function isHostBound(name: string): boolean {
  return name.toLowerCase().startsWith('__host-');
}

/** Attributes that a browser or production would refuse (R057, R058; RFC 6265bis, 4.1.3 and 5.7). */
export function checkCookie(target: CookieToCheck, { report, production }: SectionContext): void {
  const { name, namePath, options, optionsPath, cookie } = target;
  const problem = (option: keyof CookieOptions, message: string): void =>
    options[option] === undefined
      ? report.addRule(namePath, `${message.replace(/^must be/, `with this name, ${option} must be`)}`)
      : report.addRule(`${optionsPath}.${option}`, message);

  if (production && options.secure === false) {
    report.addRule(`${optionsPath}.secure`, 'must be true in production; leave it out');
  }
  if (cookie.sameSite === 'none' && !cookie.secure && (options.secure ?? options.sameSite) !== undefined) {
    const option = options.secure === undefined ? 'sameSite' : 'secure';
    report.addRule(
      `${optionsPath}.${option}`,
      "browsers refuse sameSite 'none' without secure; set secure to true",
    );
  }
  if (/^__(host|secure|http)-/i.test(name) && !cookie.secure) {
    problem('secure', 'must be true, because the cookie name starts with a __Host- or __Secure- prefix');
  }
  if (!isHostBound(name)) return;
  if (cookie.domain !== undefined)
    problem('domain', 'must be left out, because the cookie name starts with __Host-');
  if (cookie.path !== '/') problem('path', "must be '/', because the cookie name starts with __Host-");
}
