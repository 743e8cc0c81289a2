/** Whole seconds from `now` (milliseconds) until `end`, at least 1: what `Retry-After` says (R030). */
export function secondsUntil(end: Date, now: number): number {
  return Math.max(1, Math.ceil((end.getTime() - now) / 1000));
}
