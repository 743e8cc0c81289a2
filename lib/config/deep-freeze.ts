/**
 * Freezes plain objects and arrays all the way down. Instances of classes (keys, maps, sets) and the host's own objects
 * in `foreign` are left as they are: they belong to somebody who may need to change them.
 */
export function deepFreeze<T>(value: T, foreign: ReadonlySet<unknown>): T {
  if (typeof value !== 'object' || value === null || foreign.has(value) || Object.isFrozen(value))
    return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
  Object.freeze(value);
  for (const child of Object.values(value)) deepFreeze(child, foreign);
  return value;
}
