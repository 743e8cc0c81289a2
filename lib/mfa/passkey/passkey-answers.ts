import type { NAuthErrorCode } from '../../contracts';
import { NAuthException } from '../../errors';
import { PasskeyRefusal, type PasskeyRefusalReason } from './passkey-refusal';

const codes: Partial<Record<PasskeyRefusalReason, NAuthErrorCode>> = {
  passkey_malformed: 'VALIDATION_FAILED',
  passkey_unknown: 'AUTH_INVALID_CREDENTIALS',
  passkey_foreign: 'AUTH_INVALID_CREDENTIALS',
};

/** What `work` answers; a refusal of a passkey in the words of the wire contract. */
export async function orRefuse<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PasskeyRefusal)) throw error;
    const code = codes[error.reason] ?? 'VERIFY_CODE_INVALID';
    throw code === 'VALIDATION_FAILED' ? malformedCredential(error) : refusedPasskey(code, error);
  }
}

/** One text for every cause, and not those of its codes, which speak of passwords and digits (R032). */
export function refusedPasskey(code: NAuthErrorCode, cause?: unknown): NAuthException {
  return new NAuthException(code, { message: 'The passkey was not accepted.', cause });
}

export function malformedCredential(cause: unknown): NAuthException {
  const details = { fields: { credential: ['must be a WebAuthn credential'] } };
  return new NAuthException('VALIDATION_FAILED', { details, cause });
}
