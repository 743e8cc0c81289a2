/** Where backends mount the authentication routes unless the application says otherwise. */
export const defaultBasePath = '/auth';

/** Paths below the address of the authentication routes (wire contract). `:name` stands for a value in the path. */
export const defaultEndpoints = {
  signup: '/signup',
  login: '/login',
  refresh: '/refresh',
  logout: '/logout',
  logoutAll: '/logout/all',
  profile: '/profile',
  sessions: '/sessions',
  session: '/sessions/:sessionId',
} as const;

export type EndpointName = keyof typeof defaultEndpoints;
export type Endpoints = Record<EndpointName, string>;

/**
 * The address below which the routes are. Without a prefix, a baseUrl that is a bare origin gets the default
 * one; a baseUrl with a path is taken as it is.
 */
export function routesAddress(baseUrl: string, authPathPrefix: string | undefined): string {
  const base = baseUrl.replace(/\/+$/, '');
  const isOrigin = /^([a-z][a-z0-9+.-]*:)?(\/\/[^/]+)?$/i.test(base);
  const prefix = authPathPrefix ?? (isOrigin ? defaultBasePath : '');
  const path = prefix.replace(/^\/+|\/+$/g, '');
  return path ? `${base}/${path}` : base;
}

/** Puts a value into a path, encoded: an id never reaches into the rest of the address. */
export function fillPath(path: string, name: string, value: string): string {
  return path.replace(`:${name}`, () => encodeURIComponent(value));
}
