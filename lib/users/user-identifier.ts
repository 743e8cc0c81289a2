import { canonicalEmail, canonicalPhone } from '../common';
import type { UserIdentifier } from './user';
import type { IdentifierType } from './user.options';

const USERNAME = /^[a-z0-9_-]{3,255}$/;

/** A user name in canonical form, or undefined when it is none: 3 to 255 of a-z, 0-9, _ and -, lower case. */
export function canonicalUsername(input: string): string | undefined {
  const username = input.trim().toLowerCase();
  return USERNAME.test(username) ? username : undefined;
}

/**
 * What kind of identifier this text is, in canonical form; undefined when it can name no account. The forms cannot be
 * confused: only addresses have an @, only phone numbers begin with +.
 */
export function parseIdentifier(
  input: string,
  allowed: IdentifierType | undefined,
): UserIdentifier | undefined {
  const text = input.trim();
  const identifier = /[@\uff20\ufe6b]/u.test(text)
    ? named('email', canonicalEmail(text))
    : text.startsWith('+')
      ? named('phone', canonicalPhone(text))
      : named('username', canonicalUsername(text));
  return identifier && accepts(allowed, identifier.kind) ? identifier : undefined;
}

function named(kind: UserIdentifier['kind'], value: string | undefined): UserIdentifier | undefined {
  return value === undefined ? undefined : { kind, value };
}

function accepts(allowed: IdentifierType | undefined, kind: UserIdentifier['kind']): boolean {
  if (allowed === undefined) return true;
  return allowed === 'email_or_username' ? kind !== 'phone' : kind === allowed;
}
