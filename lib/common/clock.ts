/** The one source of time (R151). `now()` is in milliseconds since the Unix epoch. */
export interface Clock {
  now(): number;
}

export const CLOCK = Symbol('nauth.clock');

export const systemClock: Clock = { now: () => Date.now() };

/** Whole seconds, as tokens carry them. */
export function toUnixSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
