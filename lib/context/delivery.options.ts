import type { TokenDeliveryMethod } from '../contracts';

export interface CookieOptions {
  /** Default true. False only outside production. */
  secure?: boolean;
  /** Default strict. */
  sameSite?: 'strict' | 'lax' | 'none';
  domain?: string;
  /** Default '/'. */
  path?: string;
}

export interface TokenDeliveryOptions {
  /** Default json. */
  method?: TokenDeliveryMethod | 'hybrid';
  /** Default 'nauth_'. '__Host-nauth_' binds the cookies to the host (R058). */
  cookieNamePrefix?: string;
  cookieOptions?: CookieOptions;
  /** Only the refresh cookie is limited to this path. Default: where the ready-made routes are mounted, else '/'. */
  refreshCookiePath?: string;
  hybridPolicy?: {
    /** Origins of browser applications: cookies. */
    webOrigins?: string[];
    /** Origins of native shells (capacitor://localhost, ...): JSON. */
    nativeOrigins?: string[];
    /** Life of a refresh token in a cookie. Default: jwt.refreshToken.expiresIn. */
    cookieRefreshExpiresIn?: string | number;
    /** Life of a refresh token in JSON. Default: jwt.refreshToken.expiresIn. */
    jsonRefreshExpiresIn?: string | number;
  };
}

export interface ResolvedTokenDeliveryOptions {
  method: TokenDeliveryMethod | 'hybrid';
  cookieNames: { access: string; refresh: string; device: string };
  cookie: { secure: boolean; sameSite: 'strict' | 'lax' | 'none'; domain: string | undefined; path: string };
  refreshCookiePath: string;
  /** The path is where requests find the ready-made routes: below a global prefix, a version or a mount path. */
  refreshCookieFollowsMount: boolean;
  webOrigins: ReadonlySet<string>;
  nativeOrigins: ReadonlySet<string>;
  refreshTtlMs: Readonly<Record<TokenDeliveryMethod, number>>;
}

export interface SecurityOptions {
  /** Show addresses in answers to challenges as hints only. Default true (R090). */
  maskSensitiveData?: boolean;
  /** Proxies whose X-Forwarded-For is believed: a number of hops, or addresses and CIDR ranges. Default: none. */
  trustedProxies?: number | string[];
  csrf?: {
    /** Default 'nauth_csrf_token'. */
    cookieName?: string;
    /** Default 'x-csrf-token'. */
    headerName?: string;
    /** Origins whose pages may send unsafe requests, exact. The host's own origin is always one. */
    allowedOrigins?: string[];
    /** Path prefixes that the CSRF check leaves alone, whole segments. */
    excludedPaths?: string[];
    /** Of the CSRF cookie; default: those of the token cookies. */
    cookieOptions?: CookieOptions;
  };
}

export interface ResolvedSecurityOptions {
  maskSensitiveData: boolean;
  trustedProxies: number | readonly string[];
  csrf: {
    cookieName: string;
    headerName: string;
    allowedOrigins: ReadonlySet<string>;
    excludedPaths: readonly string[];
    cookie: ResolvedTokenDeliveryOptions['cookie'];
  };
}

export const TOKEN_DELIVERY_OPTIONS = Symbol('nauth.tokenDeliveryOptions');
export const SECURITY_OPTIONS = Symbol('nauth.securityOptions');
