import { randomBytes } from 'node:crypto';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { ENCRYPTION_KEYS, type EncryptionKeys } from '../common';
import type { PasswordHasher } from './password-hasher';
import { PASSWORD_OPTIONS, type ResolvedPasswordOptions } from './password.options';
import { passwordProviders } from './password.providers';
import { PasswordService } from './password.service';

const keys: EncryptionKeys = { current: 'k1', keys: new Map([['k1', randomBytes(32)]]) };

async function serviceWith(hasher: ResolvedPasswordOptions['hasher']): Promise<PasswordService> {
  const options: ResolvedPasswordOptions = {
    minLength: 8,
    maxLength: 128,
    hasher,
    bcryptCost: 4,
    hashing: { concurrency: 1, maxQueue: 8, maxWaitMs: 60_000 },
  };
  const module = await Test.createTestingModule({
    providers: [
      { provide: PASSWORD_OPTIONS, useValue: options },
      { provide: ENCRYPTION_KEYS, useValue: keys },
      ...passwordProviders,
    ],
  }).compile();
  await module.init();
  return module.get(PasswordService);
}

describe('passwordProviders', () => {
  it('gives bcrypt with the configured cost', async () => {
    const service = await serviceWith('bcrypt');
    const hash = await service.hash('correct horse');
    expect(hash).toMatch(/^\$2b\$04\$/);
    await expect(service.verify('correct horse', hash)).resolves.toBe(true);
  });

  it('gives the hasher of the configuration, which makes its dummy hash at start', async () => {
    const hashed: string[] = [];
    const custom: PasswordHasher = {
      hash: (password) => {
        hashed.push(password);
        return Promise.resolve(`custom:${password}`);
      },
      verify: (password, hash) => Promise.resolve(hash === `custom:${password}`),
    };
    const service = await serviceWith(custom);
    expect(hashed).toHaveLength(1);
    await expect(service.verify('correct horse', await service.hash('correct horse'))).resolves.toBe(true);
  });
});
