import type { PasswordOptions } from '../../password/password.options';
import type { PasswordHasher } from '../../password/password-hasher';
import { duration, field, hasMethods, section, wholeNumber } from '../fields';

export const passwordSchema = section<PasswordOptions>({
  // R001 and R006: 8 is the least that any policy may ask for, 64 the least that it has to allow.
  minLength: wholeNumber(8, 1024),
  maxLength: wholeNumber(64, 1024),
  hasher: field<'bcrypt' | PasswordHasher>(
    "'bcrypt' or an object with the methods hash and verify; 'argon2id' is not supported by this version yet",
    (value) => value === 'bcrypt' || hasMethods(value, ['hash', 'verify']),
  ),
  bcryptCost: wholeNumber(4, 16),
  hashing: section<NonNullable<PasswordOptions['hashing']>>({
    concurrency: wholeNumber(1, 1024),
    maxQueue: wholeNumber(0, 100_000),
    maxWait: duration(),
  }),
});
