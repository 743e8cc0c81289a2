import type { DiscoveryService } from '@nestjs/core';

/** A module as Nest's container holds it. */
export type ModuleNode = NonNullable<ReturnType<DiscoveryService['getProviders']>[number]['host']>;

/** True when providers of `from` can inject what `target` exports: it is imported, directly or re-exported, or global. */
export function seesModule(from: ModuleNode, target: ModuleNode): boolean {
  const visited = new Set<ModuleNode>();
  const offers = (module: ModuleNode): boolean => {
    if (module === target) return true;
    if (visited.has(module)) return false;
    visited.add(module);
    return [...module.imports].some((inner) => module.exports.has(inner.metatype) && offers(inner));
  };
  // Nest imports a global module into every other one.
  return [...from.imports].some(offers);
}
