import { field } from './field-decorators';
import { readMoment } from './moment';

/** A whole number, as a number or, as a query has it, in decimal digits. */
export const IsWholeNumber = (min: number, max: number): PropertyDecorator =>
  field('isWholeNumber', `must be a whole number from ${min} to ${max}`, (value) => {
    const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max;
  })();

/** One of the names, or a list of them. A query has a list as a repeated key. */
export const IsOneOrMoreOf = (names: readonly string[]): PropertyDecorator => {
  const known = new Set<unknown>(names);
  return field('isOneOrMoreOf', 'must be one or more of the names that are documented', (value) =>
    Array.isArray(value)
      ? value.length > 0 && value.length <= names.length && value.every((entry) => known.has(entry))
      : known.has(value),
  )();
};

export const IsMoment = field(
  'isMoment',
  'must be a date or a time with its time zone in ISO 8601, like 2026-03-01 or 2026-03-01T10:00:00Z',
  (value) => readMoment(value) !== undefined,
);

export const timeOperators = ['gt', 'gte', 'lt', 'lte', 'eq'] as const;

/** `{ operator, value }`, as parsers give it that nest `name[operator]` and `name[value]`. */
export const IsTimeCriterion = field(
  'isTimeCriterion',
  `must have an operator (${timeOperators.join(', ')}) and a value, a date or a time in ISO 8601`,
  (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const { operator, value: moment, ...others } = value as Record<string, unknown>;
    return (
      timeOperators.some((known) => known === operator) &&
      readMoment(moment) !== undefined &&
      Object.keys(others).length === 0
    );
  },
);
