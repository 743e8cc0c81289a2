import { NAuthException } from '../errors';

/** An answer lacks what its challenge wants. */
export function missingField(name: string, max: number): NAuthException {
  const fields = { [name]: [`${name} must be a string of 1 to ${max} characters`] };
  return new NAuthException('VALIDATION_FAILED', { details: { fields } });
}
