import type { ValidationError } from '@nestjs/common';
import { NAuthException } from '../errors';
import { toFields } from '../validation';

/**
 * Makes a host's ValidationPipe refuse in the form of the wire contract:
 * `new ValidationPipe({ exceptionFactory: validationException })`.
 */
export function validationException(errors: ValidationError[]): NAuthException {
  return new NAuthException('VALIDATION_FAILED', { details: { fields: toFields(errors) } });
}
