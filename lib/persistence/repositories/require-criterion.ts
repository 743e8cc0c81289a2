const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Refuses an empty criterion before it reaches a query, where it would match the wrong row or every row (R146).
 * @throws {TypeError}
 */
export function requireCriterion(name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value === '') throw new TypeError(`${name} must be a non-empty string`);
}

/**
 * True for an id as the toolkit makes them. Other text names no row, and PostgreSQL would not even compare it.
 * @throws {TypeError} for an empty one
 */
export function isKnownId(name: string, value: unknown): value is string {
  requireCriterion(name, value);
  return UUID.test(value);
}
