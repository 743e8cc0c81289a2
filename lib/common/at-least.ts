import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The outcome of the work, not before `milliseconds` have passed: what is done faster for one account than for another
 * does not show (R016). Errors wait as well.
 */
export async function atLeast<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const [result] = await Promise.allSettled([work, sleep(milliseconds)]);
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
