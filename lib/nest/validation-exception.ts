import type { ValidationError } from '@nestjs/common';
import { toFields } from '../auth';
import { NAuthException } from '../errors';

/**
 * Makes a host's ValidationPipe refuse in the form of the wire contract:
 * `new ValidationPipe({ exceptionFactory: validationException })`.
 */
export function validationException(errors: ValidationError[]): NAuthException {
  return new NAuthException('VALIDATION_FAILED', { details: { fields: toFields(errors) } });
}
