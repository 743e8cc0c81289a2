import { randomBytes } from 'node:crypto';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { passwordOptions } from '../../test/support/password-options';
import { AuditRecorder } from '../audit';
import { CLOCK, ENCRYPTION_KEYS, systemClock, type EncryptionKeys } from '../common';
import { NewPasswords } from './new-passwords.service';
import { PasswordChanger } from './password-changer.service';
import { PasswordHashUpgrade } from './password-hash-upgrade.service';
import type { PasswordHasher } from './password-hasher';
import { PASSWORD_OPTIONS, type ResolvedPasswordOptions } from './password.options';
import { passwordProviders } from './password.providers';
import { PASSWORD_REPOSITORY } from './password.repository';
import { PasswordService } from './password.service';

const keys: EncryptionKeys = { current: 'k1', keys: new Map([['k1', randomBytes(32)]]) };

async function moduleWith(hasher: ResolvedPasswordOptions['hasher']) {
  const module = await Test.createTestingModule({
    providers: [
      { provide: PASSWORD_OPTIONS, useValue: passwordOptions({ hasher }) },
      { provide: ENCRYPTION_KEYS, useValue: keys },
      { provide: CLOCK, useValue: systemClock },
      { provide: PASSWORD_REPOSITORY, useValue: {} },
      { provide: AuditRecorder, useValue: {} },
      ...passwordProviders,
    ],
  }).compile();
  await module.init();
  return module;
}

async function serviceWith(hasher: ResolvedPasswordOptions['hasher']): Promise<PasswordService> {
  return (await moduleWith(hasher)).get(PasswordService);
}

describe('passwordProviders', () => {
  it.each([
    ['bcrypt', /^\$2b\$04\$/],
    ['argon2id', /^\$argon2id\$v=19\$m=256,t=1,p=1\$/],
  ] as const)('gives %s with the configured cost', async (hasher, form) => {
    const service = await serviceWith(hasher);
    const hash = await service.hash('correct horse');
    expect(hash).toMatch(form);
    await expect(service.verify('correct horse', hash)).resolves.toBe(true);
    expect(service.needsRehash(hash)).toBe(false);
  });

  it('gives hashers that verify and replace what the other one wrote, in both directions', async () => {
    const bcrypt = await serviceWith('bcrypt');
    const argon2 = await serviceWith('argon2id');
    for (const [writer, reader] of [
      [bcrypt, argon2],
      [argon2, bcrypt],
    ] as const) {
      const hash = await writer.hash('correct horse');
      await expect(reader.verify('correct horse', hash)).resolves.toBe(true);
      await expect(reader.verify('wrong horse', hash)).resolves.toBe(false);
      expect(reader.needsRehash(hash)).toBe(true);
    }
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
    // It does not say when a hash is outdated: then none is.
    expect(service.needsRehash('custom:x')).toBe(false);
  });

  it('gives what sets and replaces passwords', async () => {
    const module = await moduleWith('bcrypt');
    for (const token of [NewPasswords, PasswordChanger, PasswordHashUpgrade]) {
      expect(module.get(token)).toBeInstanceOf(token);
    }
  });
});
