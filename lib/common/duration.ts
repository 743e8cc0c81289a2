import ms, { type StringValue } from 'ms';

const DURATION = /^(\d{1,9})(\.\d{1,3})?\s?(ms|s|m|h|d|w|y)$/;

/** '15m'-style text or a number of seconds. */
export type Duration = string | number;

/**
 * A duration in milliseconds, or undefined when it is none: negative, not finite, over 100 years, another unit.
 */
export function parseDuration(value: unknown): number | undefined {
  const milliseconds =
    typeof value === 'number'
      ? value * 1000
      : typeof value === 'string' && isDurationText(value)
        ? ms(value)
        : Number.NaN;
  const century = 100 * 365 * 24 * 3600 * 1000;
  return Number.isFinite(milliseconds) && milliseconds >= 0 && milliseconds <= century
    ? Math.round(milliseconds)
    : undefined;
}

function isDurationText(value: string): value is StringValue {
  return DURATION.test(value);
}
