import { Test } from '@nestjs/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { passwordOptions } from '../../test/support/password-options';
import { AuditRecorder } from '../audit';
import { NAuthException } from '../errors';
import { BreachCheck } from './breached/breach-check.service';
import { BREACHED_PASSWORDS } from './breached/breached-passwords';
import { HashQueue } from './hash-queue';
import { NewPasswords, type NewPasswordUse } from './new-passwords.service';
import { PASSWORD_HASHER } from './password-hasher';
import { PASSWORD_OPTIONS, type ResolvedPasswordOptions } from './password.options';
import { PASSWORD_REPOSITORY } from './password.repository';
import { PasswordService } from './password.service';
import { PasswordPolicy } from './policy/password-policy';

const owner = { id: 'u1', email: 'wanderer@example.com' };
const USES: NewPasswordUse[] = ['signup', 'change', 'forced-change'];
const WEAK = { signup: 'SIGNUP_WEAK_PASSWORD', change: 'VALIDATION_INVALID_PASSWORD' } as const;

let work: string[];
let breached: Set<string>;
let stored: string[];

beforeEach(() => {
  work = [];
  breached = new Set();
  stored = [];
});

/** A hasher whose hashes can be read, so that the spec sees what is hashed and compared. */
const plainHasher = {
  hash: (password: string) => Promise.resolve(`hash:${password}`),
  verify: (password: string, hash: string) => {
    work.push(`verify ${hash}`);
    return Promise.resolve(hash === `hash:${password}`);
  },
};

async function newPasswords(change: Partial<ResolvedPasswordOptions> = {}): Promise<NewPasswords> {
  const module = await Test.createTestingModule({
    providers: [
      ...[NewPasswords, PasswordService, PasswordPolicy, BreachCheck, HashQueue],
      { provide: PASSWORD_OPTIONS, useValue: passwordOptions({ preventBreached: true, ...change }) },
      { provide: PASSWORD_HASHER, useValue: plainHasher },
      {
        provide: BREACHED_PASSWORDS,
        useValue: {
          has: (password: string) => {
            work.push(`look up ${password}`);
            return Promise.resolve(breached.has(password));
          },
        },
      },
      { provide: AuditRecorder, useValue: {} },
      {
        provide: PASSWORD_REPOSITORY,
        useValue: {
          recentHashes: (id: string, previous: number) => {
            work.push(`read ${id}`);
            return Promise.resolve(stored.slice(0, previous + 1));
          },
        },
      },
    ],
  }).compile();
  return module.get(NewPasswords);
}

async function refusal(call: Promise<string>): Promise<NAuthException> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof NAuthException) return error;
  throw new Error('expected a refusal');
}

describe('NewPasswords', () => {
  it.each(USES)('%s: gives the hash of the normalised password', async (use) => {
    const passwords = await newPasswords();
    await expect(passwords.accept('cafe\u0301 au lait', owner, use)).resolves.toBe('hash:caf\u00e9 au lait');
    expect(work[0]).toBe('look up caf\u00e9 au lait');
  });

  it.each(USES)(
    '%s: refuses what breaks the policy, with texts and reasons, and before any other work',
    async (use) => {
      const passwords = await newPasswords({ requireNumbers: true });
      for (const [password, reasons] of [
        ['1234567', ['TOO_SHORT']],
        ['Password1234567', ['COMMON']],
        ['wanderer2026', ['USER_INFO']],
        ['iloveyou', ['NUMBER_MISSING', 'COMMON']],
      ] as const) {
        const error = await refusal(passwords.accept(password, owner, use));
        expect(error.code).toBe(use === 'signup' ? WEAK.signup : WEAK.change);
        expect(error.getStatus()).toBe(400);
        expect(error.details?.reasons).toEqual(reasons);
        expect(error.details?.errors).toHaveLength(reasons.length);
        expect(JSON.stringify(error.details)).not.toContain(password);
      }
      expect(work).toEqual([]);
    },
  );

  it.each(USES)('%s: refuses a breached password (R004)', async (use) => {
    breached.add('zebra lake 7');
    const error = await refusal((await newPasswords()).accept('zebra lake 7', owner, use));
    expect(error.code).toBe(use === 'signup' ? WEAK.signup : WEAK.change);
    expect(error.details).toEqual({
      errors: ['The password is known from a data breach.'],
      reasons: ['BREACHED'],
    });
  });

  it.each([
    ['signup', 'password'],
    ['change', 'newPassword'],
    ['forced-change', 'newPassword'],
  ] as const)(
    '%s: names the field %s of a password that is too long or no text (R006)',
    async (use, field) => {
      const passwords = await newPasswords();
      for (const password of ['x'.repeat(129), 'lone \ud83d surrogate']) {
        const error = await refusal(passwords.accept(password, owner, use));
        expect(error.code).toBe('VALIDATION_FAILED');
        expect(Object.keys(error.details?.fields ?? {})).toEqual([field]);
      }
      expect(work).toEqual([]);
    },
  );
});

describe('NewPasswords, used before', () => {
  it('compares the present password and as many before it as the history has', async () => {
    stored = ['present', 'one', 'two', 'three'].map((name) => `hash:${name} password`);
    const passwords = await newPasswords({ historyCount: 2 });
    for (const used of ['present password', 'one password', 'two password']) {
      expect((await refusal(passwords.accept(used, owner, 'change'))).code).toBe('PASSWORD_REUSED');
    }
    work = [];
    await expect(passwords.accept('three password', owner, 'change')).resolves.toBe('hash:three password');
    expect(work.filter((entry) => entry.startsWith('verify'))).toHaveLength(3);
  });

  it('compares the normalised form (R007)', async () => {
    stored = ['hash:caf\u00e9 au lait'];
    const passwords = await newPasswords({ historyCount: 1 });
    const error = await refusal(passwords.accept('cafe\u0301 au lait', owner, 'change'));
    expect(error.code).toBe('PASSWORD_REUSED');
  });

  it('compares nothing where there is no history, at sign-up and for accounts to come', async () => {
    stored = ['hash:zebra lake 7'];
    await (await newPasswords()).accept('zebra lake 7', owner, 'change');
    await (await newPasswords({ historyCount: 3 })).accept('zebra lake 7', owner, 'signup');
    const visitor = { email: owner.email };
    await (await newPasswords({ historyCount: 3 })).accept('zebra lake 7', visitor, 'change');
    expect(work.filter((entry) => !entry.startsWith('look up'))).toEqual([]);
  });

  it('refuses the present password after a demand to change it, history or not', async () => {
    stored = ['hash:zebra lake 7', 'hash:older lake 7'];
    const passwords = await newPasswords();
    expect((await refusal(passwords.accept('zebra lake 7', owner, 'forced-change'))).code).toBe(
      'PASSWORD_REUSED',
    );
    await expect(passwords.accept('older lake 7', owner, 'forced-change')).resolves.toBe('hash:older lake 7');
  });
});
