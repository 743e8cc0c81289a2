import { toCleanText } from '../../common';

/** Text that a client chose, cut and cleaned so that every engine stores it (R129). */
export function logText(value: string | null, max: number): string | null {
  return value === null ? null : toCleanText(value, max);
}

/** The same for ASCII columns. */
export function logAscii(value: string | null, max: number): string | null {
  return value === null ? null : toCleanText(value, max).replace(/[^\x20-\x7e]/g, '?');
}
