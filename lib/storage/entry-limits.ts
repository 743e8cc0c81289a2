const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * The key, if every store can hold it: 1 to 200 visible ASCII characters. A longer or stranger one means that user text
 * reached the store without a digest (R025).
 * @throws {RangeError}
 */
export function entryKey(key: string): string {
  if (!KEY.test(key)) throw new RangeError('a transient key is 1 to 200 visible ASCII characters');
  return key;
}

/**
 * A time to live as whole milliseconds, at least 1: what is left of a life may be 0 or less, and an entry without an
 * end must not exist (R022).
 * @throws {RangeError} when it is not a finite number
 */
export function wholeLifetime(ttlMs: number): number {
  if (!Number.isFinite(ttlMs)) throw new RangeError('a transient entry needs a finite time to live');
  return Math.max(1, Math.ceil(ttlMs));
}
