import type { RouteGroup, RoutesOptions } from '../../routes/route.options';
import { field, flag, section, text, textList } from '../fields';

const GROUPS: readonly RouteGroup[] = ['core', 'profile', 'device', 'mfa', 'audit', 'admin'];

export const routesSchema = section<RoutesOptions>({
  enabled: flag(),
  prefix: text(
    "a path of letters, digits, '_' and '-', its segments divided by single slashes, such as 'auth'",
    /^\/?(?:[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*\/?)?$/,
    200,
  ),
  groups: field<RouteGroup[]>(
    `a list of route groups: ${GROUPS.map((group) => `'${group}'`).join(', ')}`,
    (value) => {
      const known: readonly unknown[] = GROUPS;
      return Array.isArray(value) && value.every((group) => known.includes(group));
    },
  ),
  exclude: textList('a list of route keys, each as text'),
});
