/** A copy of plain data, frozen all the way down, so that a hook can change nothing that others still use. */
export function frozenCopy<T>(value: T): T;
export function frozenCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map((item: unknown) => frozenCopy(item)));
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => [key, frozenCopy(item)]);
  return Object.freeze(Object.fromEntries(entries));
}
