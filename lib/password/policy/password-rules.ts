import type { PasswordReason } from '../../contracts';
import type { ResolvedPasswordPolicy } from '../password.options';
import type { CommonPasswords } from './common-passwords';
import type { PasswordOwner } from './password-owner';
import { isMadeOfUserInfo } from './user-info';

/** A new password in the forms that rules look at. */
export interface PasswordCandidate {
  /** NFKC, as it is hashed. */
  text: string;
  /** `text` in lower case. */
  folded: string;
  /** Code points as typed or as hashed, whichever are fewer. */
  length: number;
  owner: PasswordOwner;
}

export interface PasswordRule {
  reason: PasswordReason;
  isOn(policy: ResolvedPasswordPolicy): boolean;
  isBroken(candidate: PasswordCandidate, policy: ResolvedPasswordPolicy, common: CommonPasswords): boolean;
  message(policy: ResolvedPasswordPolicy): string;
}

/** In the order in which they are told. */
export const passwordRules: readonly PasswordRule[] = [
  {
    reason: 'TOO_SHORT',
    isOn: () => true,
    isBroken: ({ length }, { minLength }) => length < minLength,
    message: ({ minLength }) => `The password must have at least ${minLength} characters.`,
  },
  {
    reason: 'UPPERCASE_MISSING',
    isOn: ({ requireUppercase }) => requireUppercase,
    isBroken: ({ text }) => !/\p{Lu}/u.test(text),
    message: () => 'The password must have an upper-case letter.',
  },
  {
    reason: 'LOWERCASE_MISSING',
    isOn: ({ requireLowercase }) => requireLowercase,
    isBroken: ({ text }) => !/\p{Ll}/u.test(text),
    message: () => 'The password must have a lower-case letter.',
  },
  {
    reason: 'NUMBER_MISSING',
    isOn: ({ requireNumbers }) => requireNumbers,
    isBroken: ({ text }) => !/\p{Nd}/u.test(text),
    message: () => 'The password must have a digit.',
  },
  {
    reason: 'SPECIAL_CHARACTER_MISSING',
    isOn: ({ requireSpecialChars }) => requireSpecialChars,
    isBroken: ({ text }, { specialChars }) => !hasSpecialCharacter(text, specialChars),
    message: ({ specialChars }) =>
      specialChars === undefined
        ? 'The password must have a character that is neither letter nor digit nor space.'
        : `The password must have one of the characters ${specialChars}`,
  },
  {
    reason: 'COMMON',
    isOn: ({ preventCommon }) => preventCommon,
    isBroken: ({ folded, length }, { minLength }, common) => length >= minLength && common.has(folded),
    message: () => 'The password is one that many people use.',
  },
  {
    reason: 'USER_INFO',
    isOn: ({ preventUserInfo }) => preventUserInfo,
    isBroken: ({ folded, length, owner }, { minLength, contextWords }) =>
      length >= minLength && isMadeOfUserInfo(folded, owner, contextWords),
    message: () => 'The password must not be made of your name, your address or the name of this service.',
  },
];

function hasSpecialCharacter(text: string, specialChars: string | undefined): boolean {
  if (specialChars === undefined) return /[^\p{L}\p{M}\p{N}\s]/u.test(text);
  const special = new Set(specialChars.normalize('NFKC'));
  return Array.from(text).some((character) => special.has(character));
}
