import { NAuthException } from '../errors';

/** What kind of error it is, for logs: the message of one that had a password in hand could repeat it (R127). */
export function errorKind(error: unknown): string {
  if (error instanceof NAuthException) return error.code;
  return error instanceof Error ? error.name : typeof error;
}
