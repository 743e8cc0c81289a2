import type { ResolvedRoutesOptions, RouteGroup, RoutesOptions } from './route.options';

/** Not `admin`: whoever mounts that has to say so, and to guard it. */
const DEFAULT_GROUPS: readonly RouteGroup[] = ['core', 'profile', 'device', 'mfa', 'audit'];

/**
 * The routes section with its defaults. Controllers are made when a module is declared, before the configuration as a
 * whole has been checked, so values of a wrong type are passed over here and reported there.
 */
export function resolveRoutes(options: RoutesOptions | undefined): ResolvedRoutesOptions {
  const prefix = typeof options?.prefix === 'string' ? options.prefix : 'auth';
  return {
    enabled: options?.enabled === true,
    prefix: prefix.replace(/^\/+|\/+$/g, ''),
    groups: Array.isArray(options?.groups) ? options.groups : DEFAULT_GROUPS,
    exclude: Array.isArray(options?.exclude) ? options.exclude : [],
  };
}
