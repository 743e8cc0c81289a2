import { HttpException } from '@nestjs/common';
import { NAuthException } from '../errors';
import type { BeforeHookName } from './nauth-hooks';

/**
 * The refusal that a `before` hook meant by what it threw, or undefined when it failed. A NAuthException is the answer as
 * it is. Other exceptions of Nest keep their text under a code of the wire contract: VALIDATION_FAILED for 400, else
 * SIGNUP_NOT_ALLOWED at sign-up and FORBIDDEN elsewhere. Errors that merely carry a status, such as those of HTTP
 * clients, are failures: they speak of another request.
 */
export function hookRefusal(hook: BeforeHookName, thrown: unknown): NAuthException | undefined {
  if (!isClientError(thrown)) return undefined;
  if (thrown instanceof NAuthException) return thrown;
  const refused = hook === 'beforeSignup' ? 'SIGNUP_NOT_ALLOWED' : 'FORBIDDEN';
  const code = thrown.getStatus() === 400 ? 'VALIDATION_FAILED' : refused;
  return new NAuthException(code, { message: thrown.message, cause: thrown });
}

function isClientError(thrown: unknown): thrown is HttpException {
  try {
    return thrown instanceof HttpException && thrown.getStatus() >= 400 && thrown.getStatus() < 500;
  } catch {
    return false;
  }
}
