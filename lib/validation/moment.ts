import { isISO8601 } from 'class-validator';

const DATE = /^(?:19[7-9]|2\d\d)\d-\d\d-\d\d$/;
const TIME = /^(?:19[7-9]|2\d\d)\d-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
const DAY_MS = 86_400_000;

/** A moment to the millisecond or, given as a date alone, a day in UTC. Both ends belong to it. */
export interface Moment {
  first: Date;
  last: Date;
}

/** ISO 8601 with its time zone, or a date, from 1970 to 2999. Anything else, such as 30 February, is undefined. */
export function readMoment(text: unknown): Moment | undefined {
  if (typeof text !== 'string' || !isISO8601(text, { strict: true })) return undefined;
  const isDay = DATE.test(text);
  if (!isDay && !TIME.test(text)) return undefined;
  const first = Date.parse(text);
  if (Number.isNaN(first)) return undefined;
  return { first: new Date(first), last: new Date(isDay ? first + DAY_MS - 1 : first) };
}
