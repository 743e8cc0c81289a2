import type { ResolvedRoutesOptions, RouteGroup, RoutesOptions } from './route.options';

const ALL_GROUPS: readonly RouteGroup[] = ['core', 'profile', 'device'];

/**
 * The routes section with its defaults. Controllers are made when a module is declared, before the configuration as a
 * whole has been checked, so values of a wrong type are passed over here and reported there.
 */
export function resolveRoutes(options: RoutesOptions | undefined): ResolvedRoutesOptions {
  const prefix = typeof options?.prefix === 'string' ? options.prefix : 'auth';
  return {
    enabled: options?.enabled === true,
    prefix: prefix.replace(/^\/+|\/+$/g, ''),
    groups: Array.isArray(options?.groups) ? options.groups : ALL_GROUPS,
    exclude: Array.isArray(options?.exclude) ? options.exclude : [],
  };
}
