import type { TokenDeliveryMethod } from '../../lib/contracts';
import type { NAuthClientError } from './client-error';
import type { CsrfOptions } from './csrf-token';
import { defaultEndpoints, routesAddress, type Endpoints } from './endpoints';
import type { FetchLike } from './http.type';
import { platformFetch } from './platform';
import { MemoryStorage, type NAuthStorage } from './storage';

export interface NAuthClientConfig {
  /** Address of the backend: `https://api.example.com`, or with the path of its authentication routes. */
  baseUrl: string;
  /** Path of the authentication routes below baseUrl. Default `/auth` where baseUrl has no path, else none. */
  authPathPrefix?: string;
  /** How the backend delivers tokens. Default 'json'. */
  tokenDelivery?: TokenDeliveryMethod;
  /** Where the session is remembered. Default: in memory. With cookies no token is ever put into it (R043). */
  storage?: NAuthStorage;
  csrf?: Partial<CsrfOptions>;
  /** Paths that the backend names differently. */
  endpoints?: Partial<Endpoints>;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** Milliseconds for one request. Default 30000. */
  timeout?: number;
  /** Sends the browser's time zone and language with a sign-up that names none. Default true. */
  autoDetectLocale?: boolean;
  /** Default: the platform's. */
  fetch?: FetchLike;
  /** The session is over and was forgotten; the user has to sign in again. */
  onSessionExpired?: (error: NAuthClientError) => void;
}

export interface ResolvedClientConfig {
  address: string;
  tokenDelivery: TokenDeliveryMethod;
  storage: NAuthStorage;
  csrf: CsrfOptions;
  endpoints: Endpoints;
  headers: Record<string, string>;
  timeout: number;
  autoDetectLocale: boolean;
  fetch: FetchLike;
}

/** @throws {TypeError} for a configuration that cannot work */
export function resolveClientConfig(config: NAuthClientConfig): ResolvedClientConfig {
  const { tokenDelivery = 'json', timeout = 30_000 } = config;
  if (typeof config.baseUrl !== 'string')
    throw new TypeError('baseUrl: the address of the backend is missing.');
  if (tokenDelivery !== 'json' && tokenDelivery !== 'cookies') {
    throw new TypeError("tokenDelivery: 'json' or 'cookies', as the backend is configured.");
  }
  if (!(timeout > 0)) throw new TypeError('timeout: milliseconds above 0.');
  return {
    address: routesAddress(config.baseUrl, config.authPathPrefix),
    tokenDelivery,
    storage: config.storage ?? new MemoryStorage(),
    csrf: { cookieName: 'nauth_csrf_token', headerName: 'x-csrf-token', ...config.csrf },
    endpoints: { ...defaultEndpoints, ...config.endpoints },
    headers: config.headers ?? {},
    timeout,
    autoDetectLocale: config.autoDetectLocale ?? true,
    fetch: config.fetch ?? platformFetch,
  };
}
