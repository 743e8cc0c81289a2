import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { inputDefect, type InputDefect } from '../common';
import { NAuthException } from '../errors';

const DEFECT_TEXT: Readonly<Record<InputDefect, string>> = {
  'not-an-object': 'The request body must be a JSON object.',
  'too-deep': 'The request body is nested too deeply.',
  'too-many-keys': 'The request body has too many keys.',
  'forbidden-key': 'The request body has a key that is not allowed.',
};

/**
 * A body as an instance of its DTO. Services call this on whatever they are given, so that a raw body from any host
 * passes the same checks (R135, R137, R138): exact types, no unknown field, bounded depth.
 *
 * @throws {NAuthException} VALIDATION_FAILED with `details.fields`
 */
export function validateDto<T extends object>(type: new () => T, input: unknown): T {
  const defect = inputDefect(input);
  if (defect) {
    const fields = defect === 'not-an-object' ? missingFields(type) : undefined;
    throw new NAuthException('VALIDATION_FAILED', {
      message: DEFECT_TEXT[defect],
      details: fields && { fields },
    });
  }
  const dto = plainToInstance(type, input, { enableImplicitConversion: false });
  const errors = check(dto);
  if (errors.length > 0)
    throw new NAuthException('VALIDATION_FAILED', { details: { fields: toFields(errors) } });
  return dto;
}

function check(dto: object): ValidationError[] {
  return validateSync(dto, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
}

/** What an empty body lacks, so that a client that sent none learns which fields there are. */
function missingFields<T extends object>(type: new () => T): Record<string, string[]> {
  return toFields(check(new type()));
}

/** Validation errors as `details.fields`; used for the DTOs here and for those of a host's own ValidationPipe. */
export function toFields(errors: readonly ValidationError[]): Record<string, string[]> {
  return Object.fromEntries(
    errors.map((error) => [
      error.property,
      error.constraints
        ? Object.entries(error.constraints).map(([rule, text]) =>
            rule === 'whitelistValidation' ? `${error.property} is not a known field` : text,
          )
        : ['is not valid'],
    ]),
  );
}
