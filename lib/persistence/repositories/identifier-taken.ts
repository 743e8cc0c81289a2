import { IdentifierTakenError, type UserIdentifier } from '../../users';
import { UniqueViolationError } from '../database-error';

// Ends of index names (PostgreSQL, MySQL) and of table.column (SQLite).
const kinds: readonly [RegExp, UserIdentifier['kind']][] = [
  [/users_email_uq$|users\.email$/, 'email'],
  [/users_username_uq$|users\.username$/, 'username'],
  [/users_phone_key_uq$|users\.phone_key$/, 'phone'],
];

/** The violation of an identifier's unique index by the identifier's name; every other error as it is. */
export function asIdentifierTaken(error: unknown): unknown {
  if (!(error instanceof UniqueViolationError)) return error;
  const match = kinds.find(([pattern]) => pattern.test(error.constraint));
  return match ? new IdentifierTakenError(match[1]) : error;
}
