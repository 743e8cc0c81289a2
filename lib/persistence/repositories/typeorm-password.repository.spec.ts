import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, describeEachEngine, type TestDatabase } from '../../../test/support/services';
import { randomId, randomToken } from '../../common';
import type { PasswordReplacement } from '../../password';
import type { User } from '../../users';
import { type Database, openDatabase, TypeormPasswordRepository, TypeormUserRepository } from '..';

const NOW = new Date('2026-03-01T10:00:00.123Z');
const LATER = new Date(NOW.getTime() + 60_000);

describeEachEngine('password repository', (engine) => {
  let test: TestDatabase;
  let database: Database;
  let users: TypeormUserRepository;
  let passwords: TypeormPasswordRepository;

  beforeAll(async () => {
    test = await createTestDatabase(engine);
    database = await openDatabase({
      database: test.options,
      tablePrefix: 'nauth_',
      migrations: { autoRun: true },
      logger: undefined,
    });
    users = new TypeormUserRepository(database, { allowDuplicatePhones: false });
    passwords = new TypeormPasswordRepository(database);
  });

  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  async function newUser(passwordHash: string | null = 'hash 0'): Promise<User> {
    const user = {
      id: randomId(),
      email: `${randomToken(9).toLowerCase()}@example.org`,
      username: null,
      phone: null,
      firstName: null,
      lastName: null,
      locale: null,
      timezone: null,
      metadata: {},
      isEmailVerified: false,
      isPhoneVerified: false,
      isActive: true,
      createdAt: NOW,
      updatedAt: NOW,
    };
    return users.insert(user, passwordHash);
  }

  async function found(user: User) {
    const account = await users.findWithPassword({ kind: 'email', value: user.email });
    if (!account) throw new Error('the account is gone');
    return account;
  }

  function replacement(user: User, change: Partial<PasswordReplacement> = {}): PasswordReplacement {
    return {
      userId: user.id,
      securityVersion: user.securityVersion,
      passwordHash: 'hash 1',
      at: LATER,
      keep: 0,
      changeRequired: false,
      recoveredBy: null,
      ...change,
    };
  }

  const historySize = async (userId: string): Promise<number> =>
    database.execute((manager) =>
      manager
        .createQueryBuilder(database.entities.passwordHistory, 'history')
        .where('history.userId = :userId', { userId })
        .getCount(),
    );

  describe('replace', () => {
    it('stores the hash and raises the security version', async () => {
      const user = await newUser();
      await expect(passwords.replace(replacement(user))).resolves.toBe(true);
      expect(await found(user)).toEqual({
        user: { ...user, passwordChangedAt: LATER, updatedAt: LATER, securityVersion: 2 },
        passwordHash: 'hash 1',
      });
      expect(await users.claimLogin(user.id, 1, LATER)).toBe(false);
      expect(await users.claimLogin(user.id, 2, LATER)).toBe(true);
    });

    it('changes nothing when the account changed since', async () => {
      const user = await newUser();
      await passwords.replace(replacement(user));
      const before = await found(user);
      const late = replacement(user, { passwordHash: 'hash 2', keep: 5 });
      await expect(passwords.replace(late)).resolves.toBe(false);
      await expect(passwords.replace(replacement(user, { userId: randomId() }))).resolves.toBe(false);
      await expect(passwords.replace(replacement(user, { userId: 'nobody' }))).resolves.toBe(false);
      expect(await found(user)).toEqual(before);
      expect(await historySize(user.id)).toBe(0);
    });

    it('gives an account its first password, and remembers none before it', async () => {
      const user = await newUser(null);
      expect([user.passwordChangedAt, user.passwordChangeRequired]).toEqual([null, false]);
      await expect(passwords.replace(replacement(user, { keep: 3 }))).resolves.toBe(true);
      const { user: changed, passwordHash } = await found(user);
      expect([changed.hasPassword, changed.passwordChangedAt, passwordHash]).toEqual([true, LATER, 'hash 1']);
      expect(await passwords.recentHashes(user.id, 3)).toEqual(['hash 1']);
    });

    it('keeps the passwords before it, the newest of them, and no more than asked', async () => {
      const user = await newUser();
      for (let round = 1; round <= 6; round += 1) {
        // All within one millisecond: the order does not hang on the time.
        const next = { securityVersion: round, passwordHash: `hash ${round}`, keep: 3 };
        await expect(passwords.replace(replacement(user, next))).resolves.toBe(true);
      }
      expect(await passwords.recentHashes(user.id, 24)).toEqual(['hash 6', 'hash 5', 'hash 4', 'hash 3']);
      expect(await passwords.recentHashes(user.id, 1)).toEqual(['hash 6', 'hash 5']);
      expect(await passwords.recentHashes(user.id, 0)).toEqual(['hash 6']);
      expect(await historySize(user.id)).toBe(3);
    });

    it('keeps none once the history is off', async () => {
      const user = await newUser();
      const other = await newUser();
      for (const { id, securityVersion } of [user, other]) {
        await passwords.replace({ ...replacement(user, { keep: 3 }), userId: id, securityVersion });
      }
      await passwords.replace(replacement(user, { securityVersion: 2, passwordHash: 'hash 2' }));
      expect(await historySize(user.id)).toBe(0);
      expect(await historySize(other.id)).toBe(1);
    });

    it('is undone with the unit that it is part of', async () => {
      const user = await newUser();
      const unit = database.run(async () => {
        await passwords.replace(replacement(user, { keep: 3 }));
        throw new Error('the sessions could not be ended');
      });
      await expect(unit).rejects.toThrow();
      expect(await found(user)).toEqual({ user, passwordHash: 'hash 0' });
      expect(await historySize(user.id)).toBe(0);
    });

    it('lets one of many at once through, and that one whole (RACE-8)', async () => {
      const user = await newUser();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          passwords.replace(replacement(user, { passwordHash: `hash of ${index}`, keep: 5 })),
        ),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      const { user: changed, passwordHash } = await found(user);
      expect(passwordHash).toBe(`hash of ${outcomes.indexOf(true)}`);
      expect(changed.securityVersion).toBe(2);
      expect(await passwords.recentHashes(user.id, 24)).toEqual([passwordHash, 'hash 0']);
    });

    it('and the claim of a login agree on which of them came first', async () => {
      for (let round = 0; round < 5; round += 1) {
        const user = await newUser();
        const [, claimed] = await Promise.all([
          passwords.replace(replacement(user)),
          users.claimLogin(user.id, user.securityVersion, LATER),
        ]);
        // Either before the change, then the session is there to be ended with it, or not at all.
        expect(typeof claimed).toBe('boolean');
        expect(await users.claimLogin(user.id, user.securityVersion, LATER)).toBe(false);
      }
    });
  });

  describe('upgradeHash', () => {
    it('puts one hash in the place of another, and changes nothing else', async () => {
      const user = await newUser();
      await expect(passwords.upgradeHash(user.id, 'hash 0', 'better')).resolves.toBe(true);
      expect(await found(user)).toEqual({ user, passwordHash: 'better' });
      expect(await historySize(user.id)).toBe(0);
    });

    it('leaves a hash alone that is not the one it knows', async () => {
      const user = await newUser('Hash 0');
      for (const from of ['hash 0', 'HASH 0', 'x']) {
        await expect(passwords.upgradeHash(user.id, from, 'better'), from).resolves.toBe(false);
      }
      await expect(passwords.upgradeHash(randomId(), 'Hash 0', 'better')).resolves.toBe(false);
      await expect(passwords.upgradeHash(user.id, '', 'better')).rejects.toThrow(TypeError);
      expect((await found(user)).passwordHash).toBe('Hash 0');
    });

    it('is made once by many at once', async () => {
      const user = await newUser();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => passwords.upgradeHash(user.id, 'hash 0', `better ${index}`)),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect((await found(user)).passwordHash).toBe(`better ${outcomes.indexOf(true)}`);
    });
  });

  describe('setChangeRequired', () => {
    it('makes the demand and takes it back', async () => {
      const user = await newUser();
      await expect(passwords.setChangeRequired(user.id, LATER)).resolves.toBe(true);
      expect((await users.findById(user.id))?.passwordChangeRequired).toBe(true);
      await expect(passwords.setChangeRequired(user.id, LATER)).resolves.toBe(true);
      await expect(passwords.setChangeRequired(user.id, null)).resolves.toBe(true);
      expect(await users.findById(user.id)).toEqual(user);
    });

    it('is met by another password, unless that one has to be changed too', async () => {
      const user = await newUser();
      await passwords.setChangeRequired(user.id, LATER);
      await passwords.replace(replacement(user));
      expect((await users.findById(user.id))?.passwordChangeRequired).toBe(false);
      await passwords.replace(replacement(user, { securityVersion: 2, changeRequired: true }));
      expect((await users.findById(user.id))?.passwordChangeRequired).toBe(true);
    });

    it('answers false for an account without a password', async () => {
      const user = await newUser(null);
      await expect(passwords.setChangeRequired(user.id, LATER)).resolves.toBe(false);
      await expect(passwords.setChangeRequired(randomId(), LATER)).resolves.toBe(false);
    });
  });
});
