import { ValidateIf } from 'class-validator';

/**
 * The field may be left out. `null` is a value like any other, for the validators to refuse: services ask whether a field
 * is `undefined` only (R135). A field in which null has a meaning of its own takes class-validator's `IsOptional`.
 */
export const OptionalField = (): PropertyDecorator =>
  ValidateIf((_dto, value: unknown) => value !== undefined);
