import { z } from 'zod';
import { isCleanText, parseDuration, type Duration } from '../common';

/** One zod type for each option of `T`: an option without a schema, or a schema without an option, does not compile. */
export type Shape<T> = { [K in keyof Required<T>]: z.ZodType<T[K]> };

/** A strict object of options. Lists, maps, dates and promises have no options and are refused, not read as empty. */
export function section<T extends object>(shape: Shape<T>): z.ZodType<T | undefined> {
  const error = ({ input }: { input?: unknown }): string =>
    `must be an object of options, not ${kindOf(input)}`;
  return z.custom(isOptionsObject, { error }).pipe(z.strictObject(shape)).optional() as z.ZodType<
    T | undefined
  >;
}

/** A section that `false` switches off. */
export function switchableSection<T extends object>(shape: Shape<T>): z.ZodType<T | false | undefined> {
  const error = ({ input }: { input?: unknown }): string =>
    `must be false or an object of options, not ${kindOf(input)}`;
  return z
    .union([z.literal(false), z.custom(isOptionsObject, { error }).pipe(z.strictObject(shape))])
    .optional() as z.ZodType<T | false | undefined>;
}

/** An option that `accepts` decides about. The message never repeats what was given. */
export function field<T>(
  expected: string,
  accepts: (value: unknown) => boolean,
): z.ZodOptional<z.ZodCustom<T, T>> {
  const error = ({ input }: { input?: unknown }): string =>
    input === null
      ? `must be ${expected}, not null; leave it out for the default`
      : `must be ${expected} (${kindOf(input)} was given)`;
  return z.custom<T>(accepts, { error }).optional();
}

export function flag() {
  return field<boolean>('true or false', (value) => typeof value === 'boolean');
}

/** `bounds` stands in the message; a bound that a rule of its own explains may be left out of it. */
export function wholeNumber(min: number, max: number, unit = '') {
  return field<number>(
    `a whole number from ${min} to ${max}${unit}`,
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max,
  );
}

export function duration() {
  return field<Duration>(
    "a duration of at least one second: '15m'-style text (s, m, h, d, w, y) or a number of seconds",
    (value) => (parseDuration(value) ?? 0) >= 1000,
  );
}

/** One line of text that `pattern` describes in words and as an expression. */
export function text(expected = 'a text of one line, not empty', pattern = /./, max = 512) {
  return field<string>(
    expected,
    (value) => typeof value === 'string' && value.length <= max && isCleanText(value) && pattern.test(value),
  );
}

/** Text that only a rule looks into: secrets and PEM. */
export function secretText() {
  return field<string>('a text', (value) => typeof value === 'string');
}

/** One of a few names; `planned` are names that a later version knows. */
export function oneOf<const T extends string>(values: readonly T[], planned: readonly string[] = []) {
  const names = values.map((value) => `'${value}'`).join(', ');
  const accepted: readonly unknown[] = values;
  const error = ({ input }: { input?: unknown }): string =>
    typeof input === 'string' && planned.includes(input)
      ? `'${input}' is not supported by this version yet; it knows ${names}`
      : `must be ${values.length > 1 ? 'one of ' : ''}${names} (${kindOf(input)} was given)`;
  return z.custom<T>((value) => accepted.includes(value), { error }).optional();
}

/** A list whose every element is a text; the elements' own rules are checked later, with their index. */
export function textList(expected: string) {
  return field<string[]>(
    expected,
    (value) => Array.isArray(value) && value.length <= 1000 && Array.from(value).every(isText),
  );
}

/** True when every one of these methods is there, own or inherited. */
export function hasMethods(value: unknown, methods: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    methods.every((method) => typeof Reflect.get(value, method) === 'function')
  );
}

export function isOptionsObject(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** What a value is, in words, and nothing of what it holds. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'another text';
  if (typeof value === 'number')
    return Number.isFinite(value) ? 'another number' : 'a number that is not finite';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const kind = [Promise, Map, Set, Date, Uint8Array].find((type) => value instanceof type);
  return kind ? `a ${kind.name}` : 'an object';
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= 2048 && isCleanText(value);
}
