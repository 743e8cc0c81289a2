import { accountRoutes } from './account-routes';
import { adminAuditRoutes } from './admin-audit-routes';
import { adminRoutes } from './admin-routes';
import { deviceRoutes } from './device-routes';
import { mfaRoutes } from './mfa-routes';
import type { RouteDefinition } from './route-definition';
import { signInRoutes } from './sign-in-routes';

/** Every ready-made route, literal paths before parametric ones (wire contract, section Paths). */
export const routeManifest: readonly RouteDefinition[] = [
  ...signInRoutes,
  ...accountRoutes,
  ...deviceRoutes,
  ...adminRoutes,
  ...adminAuditRoutes,
  ...mfaRoutes,
];

/**
 * The rows that a configuration mounts.
 *
 * @throws {Error} when `exclude` names a route that does not exist
 */
export function selectRoutes(options: {
  groups: readonly string[];
  exclude: readonly string[];
}): readonly RouteDefinition[] {
  const keys = new Set(routeManifest.map((route) => route.key));
  const unknown = options.exclude.filter((key) => !keys.has(key));
  if (unknown.length > 0) {
    throw new Error(
      `routes.exclude: no route is called ${unknown.join(', ')}. There are: ${[...keys].join(', ')}.`,
    );
  }
  return routeManifest.filter(
    (route) => options.groups.includes(route.group) && !options.exclude.includes(route.key),
  );
}
