import type { Provider } from '@nestjs/common';
import { BcryptPasswordHasher } from './bcrypt-password-hasher';
import { ENCRYPTION_KEYS, type EncryptionKeys } from '../common';
import { HashQueue } from './hash-queue';
import { PASSWORD_HASHER, type PasswordHasher } from './password-hasher';
import { PASSWORD_OPTIONS, type ResolvedPasswordOptions } from './password.options';
import { PasswordService } from './password.service';

/** What this folder provides, given PASSWORD_OPTIONS and ENCRYPTION_KEYS. */
export const passwordProviders: Provider[] = [
  {
    provide: PASSWORD_HASHER,
    inject: [PASSWORD_OPTIONS, ENCRYPTION_KEYS],
    useFactory: (options: ResolvedPasswordOptions, keys: EncryptionKeys): PasswordHasher =>
      options.hasher === 'bcrypt' ? new BcryptPasswordHasher(options.bcryptCost, keys) : options.hasher,
  },
  HashQueue,
  PasswordService,
];
