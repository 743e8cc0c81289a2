import { Logger } from '@nestjs/common';
import { hashSync } from 'bcrypt';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { NAuthException } from '../../../lib/errors';
import {
  Argon2PasswordHasher,
  PASSWORD_HASHER,
  PASSWORD_REPOSITORY,
  PasswordChanger,
  PasswordService,
  type PasswordHasher,
  type PasswordRepository,
} from '../../../lib/password';
import { USER_REPOSITORY, type UserRepository } from '../../../lib/users';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { outcome, setUp, tally, type Setup } from '../challenges/support';

const PASSWORD = 'zebra lake 7';
const CURRENT = /^\$2b\$05\$/;

let serial = 0;

describeEachEngine('an outdated hash', (engine) => {
  let database: TestDatabase;
  let setup: Setup;
  let hasher: PasswordHasher;
  let repository: PasswordRepository;
  let users: UserRepository;

  beforeAll(async () => {
    database = await borrowTestDatabase(engine);
    setup = await setUp(database, {
      password: { bcryptCost: 5, argon2: { memoryCost: 256, timeCost: 1 } },
      lockout: { enabled: false },
      session: { maxConcurrent: 0 },
    });
    hasher = setup.module.get(PASSWORD_HASHER);
    repository = setup.module.get(PASSWORD_REPOSITORY);
    users = setup.module.get(USER_REPOSITORY);
  });

  afterAll(async () => {
    await setup.module.close();
    await database.drop();
  });

  afterEach(() => vi.restoreAllMocks());

  const login = (email: string, password = PASSWORD): Promise<string> =>
    outcome(setup.auth.login({ identifier: email, password }));

  async function found(email: string) {
    const account = await users.findWithPassword({ kind: 'email', value: email });
    if (!account?.passwordHash) throw new Error('the account has no password');
    return { ...account, passwordHash: account.passwordHash };
  }

  /** A signed-up account whose hash is another one. */
  async function accountWith(hash: string): Promise<string> {
    serial += 1;
    const email = `owner${serial}@example.com`;
    expect(await outcome(setup.auth.signup({ email, password: PASSWORD }))).toBe('tokens');
    const { user, passwordHash } = await found(email);
    expect(await repository.upgradeHash(user.id, passwordHash, hash)).toBe(true);
    return email;
  }

  const weak = (): string => hashSync(PASSWORD, 4);

  it.each([
    ['a lower cost', weak],
    ['the form $2a$', () => hashSync(PASSWORD, 5).replace('$2b$', '$2a$')],
    ['the form $2y$', () => hashSync(PASSWORD, 5).replace('$2b$', '$2y$')],
    [
      'argon2id',
      () => new Argon2PasswordHasher({ memoryCost: 256, timeCost: 1, parallelism: 1 }).hash(PASSWORD),
    ],
  ])('is replaced at login: %s (R009)', async (_name, write) => {
    const email = await accountWith(await write());
    const before = await found(email);
    const sessions = `SELECT COUNT(*) AS n FROM nauth_sessions WHERE user_id = '${before.user.id}' AND revoked_at IS NULL`;
    expect(await login(email)).toBe('tokens');
    const after = await found(email);
    expect(after.passwordHash).toMatch(CURRENT);
    // Nothing else of the account: no session ends, no sign-in under way, and the password is as old as it was.
    expect(after.user).toEqual({ ...before.user, updatedAt: after.user.updatedAt });
    expect(Number((await setup.sql(sessions))[0]?.['n'])).toBe(2);
    expect(await login(email)).toBe('tokens');
    expect((await found(email)).passwordHash).toBe(after.passwordHash);
  });

  it('stays when the password is wrong, or the hash as good as a new one', async () => {
    const email = await accountWith(weak());
    const { passwordHash } = await found(email);
    expect(await login(email, 'wrong lake 7')).toBe('AUTH_INVALID_CREDENTIALS');
    expect((await found(email)).passwordHash).toBe(passwordHash);
    const strong = await accountWith(hashSync(PASSWORD, 6));
    const hashes = vi.spyOn(hasher, 'hash');
    expect(await login(strong)).toBe('tokens');
    expect(hashes).not.toHaveBeenCalled();
  });

  it('is replaced once by 20 logins at once, which all succeed', async () => {
    const email = await accountWith(weak());
    const replaced: boolean[] = [];
    const upgrade = repository.upgradeHash.bind(repository);
    vi.spyOn(repository, 'upgradeHash').mockImplementation(async (...change) => {
      const done = await upgrade(...change);
      replaced.push(done);
      return done;
    });
    const logins = await Promise.all(Array.from({ length: 20 }, () => login(email)));
    expect(tally(logins)).toEqual({ tokens: 20 });
    expect(replaced.filter(Boolean)).toHaveLength(1);
    expect((await found(email)).passwordHash).toMatch(CURRENT);
    expect(await login(email)).toBe('tokens');
  });

  it('that cannot be replaced stays, and the login succeeds, with a warning and an event', async () => {
    const warnings = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const email = await accountWith(weak());
    const { user, passwordHash } = await found(email);
    const broken = new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1 });
    const upgrade = vi.spyOn(repository, 'upgradeHash').mockRejectedValue(broken);
    expect(await login(email)).toBe('tokens');
    expect((await found(email)).passwordHash).toBe(passwordHash);
    expect(warnings.mock.calls.map(([text]) => String(text)).join()).toContain('SERVICE_UNAVAILABLE');
    const events = await setup.sql(
      `SELECT type, status FROM nauth_audit_events WHERE user_id = '${user.id}'`,
    );
    const failures = events.filter(({ type }) => type === 'PASSWORD_HASH_UPGRADE_FAILED');
    expect(failures).toEqual([{ type: 'PASSWORD_HASH_UPGRADE_FAILED', status: 'FAILURE' }]);
    upgrade.mockRestore();
    expect(await login(email)).toBe('tokens');
    expect((await found(email)).passwordHash).toMatch(CURRENT);
  });

  it('leaves a password alone that was set meanwhile', async () => {
    const email = await accountWith(weak());
    const { user } = await found(email);
    const next = await setup.module.get(PasswordService).hash('another lake 8');
    const make = hasher.hash.bind(hasher);
    // The owner sets another password while the hash of the old one is being made.
    vi.spyOn(hasher, 'hash').mockImplementationOnce(async (password) => {
      expect(await setup.module.get(PasswordChanger).set(user, next)).toBe(true);
      return make(password);
    });
    expect(await login(email)).toBe('tokens');
    expect((await found(email)).passwordHash).toBe(next);
    expect(await login(email)).toBe('AUTH_INVALID_CREDENTIALS');
    expect(await login(email, 'another lake 8')).toBe('tokens');
  });
});

describe('the hasher argon2id', () => {
  it('serves accounts that were opened with bcrypt, and those accounts serve bcrypt again', async () => {
    const database = await borrowTestDatabase('sqlite');
    const email = 'owner@example.com';
    const argon2 = { memoryCost: 256, timeCost: 1 };
    const forms: (string | undefined)[] = [];
    try {
      for (const hasher of ['bcrypt', 'argon2id', 'bcrypt'] as const) {
        const { module, auth } = await setUp(database, { password: { hasher, bcryptCost: 4, argon2 } });
        if (forms.length === 0) await auth.signup({ email, password: PASSWORD });
        expect(await outcome(auth.login({ identifier: email, password: 'wrong lake' }))).toBe(
          'AUTH_INVALID_CREDENTIALS',
        );
        expect(await outcome(auth.login({ identifier: email, password: PASSWORD }))).toBe('tokens');
        const account = await module
          .get<UserRepository>(USER_REPOSITORY)
          .findWithPassword({ kind: 'email', value: email });
        forms.push(account?.passwordHash?.split('$')[1]);
        await module.close();
      }
      expect(forms).toEqual(['2b', 'argon2id', '2b']);
    } finally {
      await database.drop();
    }
  });
});
