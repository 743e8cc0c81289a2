import type { Provider } from '@nestjs/common';
import { ENCRYPTION_KEYS, type EncryptionKeys } from '../common';
import { Argon2PasswordHasher } from './argon2/argon2-password-hasher';
import { BcryptPasswordHasher } from './bcrypt-password-hasher';
import { BreachCheck } from './breached/breach-check.service';
import { BREACHED_PASSWORDS, type BreachedPasswords } from './breached/breached-passwords';
import { RangeApiClient } from './breached/range-api.client';
import { HashQueue } from './hash-queue';
import { NewPasswords } from './new-passwords.service';
import { PasswordChanger } from './password-changer.service';
import { PasswordHashUpgrade } from './password-hash-upgrade.service';
import { PASSWORD_HASHER, type PasswordHasher } from './password-hasher';
import { PASSWORD_OPTIONS, type ResolvedPasswordOptions } from './password.options';
import { PasswordService } from './password.service';
import { PasswordPolicy } from './policy/password-policy';
import { SwitchingPasswordHasher } from './switching-password-hasher';

/**
 * The hasher of the configuration.
 * @throws {Error} when argon2id is configured and its package is not installed
 */
export function createPasswordHasher(options: ResolvedPasswordOptions, keys: EncryptionKeys): PasswordHasher {
  if (typeof options.hasher !== 'string') return options.hasher;
  const bcrypt = new BcryptPasswordHasher(options.bcryptCost, keys);
  const argon2 = new Argon2PasswordHasher(options.argon2);
  if (options.hasher === 'bcrypt') return new SwitchingPasswordHasher(bcrypt, argon2);
  const problem = argon2.problem();
  if (problem) throw problem;
  return new SwitchingPasswordHasher(argon2, bcrypt);
}

/** What this folder provides, given PASSWORD_OPTIONS, ENCRYPTION_KEYS, PASSWORD_REPOSITORY, CLOCK and the audit trail. */
export const passwordProviders: Provider[] = [
  { provide: PASSWORD_HASHER, inject: [PASSWORD_OPTIONS, ENCRYPTION_KEYS], useFactory: createPasswordHasher },
  {
    provide: BREACHED_PASSWORDS,
    inject: [PASSWORD_OPTIONS],
    useFactory: ({ breachCheck }: ResolvedPasswordOptions): BreachedPasswords =>
      breachCheck.source ?? new RangeApiClient(breachCheck.baseUrl),
  },
  HashQueue,
  PasswordService,
  PasswordPolicy,
  BreachCheck,
  NewPasswords,
  PasswordHashUpgrade,
  PasswordChanger,
];
