import type { BreachedPasswords } from '../../password/breached/breached-passwords';
import type { PasswordOptions, PasswordResetOptions } from '../../password/password.options';
import type { PasswordHasher } from '../../password/password-hasher';
import { baseUrl } from './verification.schema';
import {
  duration,
  field,
  flag,
  hasMethods,
  oneOf,
  section,
  textList,
  wholeNumber,
  type Shape,
} from '../fields';

const resetShape: Shape<PasswordResetOptions> = {
  codeLength: wholeNumber(6, 10, ' digits'),
  expiresIn: duration(),
  // R116
  maxAttempts: wholeNumber(1, 5),
  baseUrl: baseUrl(),
};

export const passwordSchema = section<PasswordOptions>({
  // R001 and R006: 8 is the least that any policy may ask for, 64 the least that it has to allow.
  minLength: wholeNumber(8, 1024),
  maxLength: wholeNumber(64, 1024),
  requireUppercase: flag(),
  requireLowercase: flag(),
  requireNumbers: flag(),
  requireSpecialChars: flag(),
  specialChars: field<string>(
    'a text of 1 to 128 characters, none of them a letter, a digit or white space',
    (value) => typeof value === 'string' && value.length <= 128 && /^[^\p{L}\p{N}\p{C}\s]+$/u.test(value),
  ),
  preventCommon: flag(),
  preventUserInfo: flag(),
  contextWords: textList('a list of words'),
  preventBreached: flag(),
  breachCheck: section<NonNullable<PasswordOptions['breachCheck']>>({
    baseUrl: field<string>('an https:// address without user, query and fragment', isBaseUrl),
    timeout: duration(),
    onFailure: oneOf(['allow', 'refuse']),
    source: field<BreachedPasswords>('an object with the method has', (value) => hasMethods(value, ['has'])),
  }),
  historyCount: wholeNumber(0, 24),
  expiryDays: wholeNumber(0, 3650, ' days'),
  hasher: field<'bcrypt' | 'argon2id' | PasswordHasher>(
    "'bcrypt', 'argon2id' or an object with the methods hash and verify",
    (value) => value === 'bcrypt' || value === 'argon2id' || hasMethods(value, ['hash', 'verify']),
  ),
  bcryptCost: wholeNumber(4, 16),
  argon2: section<NonNullable<PasswordOptions['argon2']>>({
    memoryCost: wholeNumber(128, 1_048_576, ' KiB'),
    timeCost: wholeNumber(1, 16),
    parallelism: wholeNumber(1, 16),
  }),
  passwordReset: section<NonNullable<PasswordOptions['passwordReset']>>({
    ...resetShape,
    rateLimitMax: wholeNumber(1, 1000),
    rateLimitWindow: duration(),
  }),
  adminReset: section<PasswordResetOptions>(resetShape),
  hashing: section<NonNullable<PasswordOptions['hashing']>>({
    concurrency: wholeNumber(1, 1024),
    maxQueue: wholeNumber(0, 100_000),
    maxWait: duration(),
  }),
});

/** http:// too: whether it is good enough depends on where it leads, which a rule looks at. */
function isBaseUrl(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 2048 || !URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return (protocol === 'https:' || protocol === 'http:') && `${username}${password}${search}${hash}` === '';
}
