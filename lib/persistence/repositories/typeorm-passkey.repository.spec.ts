import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, describeEachEngine, type TestDatabase } from '../../../test/support/services';
import { randomId } from '../../common';
import type { MfaDevice, Passkey } from '../../mfa';
import { openDatabase, TypeormUserRepository, type Database } from '..';
import { TypeormMfaRepository } from './typeorm-mfa.repository';
import { TypeormPasskeyRepository } from './typeorm-passkey.repository';

const AT = new Date('2026-03-01T10:00:00.123Z');

describeEachEngine('passkeys in the database', (engine) => {
  let test: TestDatabase;
  let database: Database;
  let passkeys: TypeormPasskeyRepository;

  beforeAll(async () => {
    test = await createTestDatabase(engine);
    const options = { database: test.options, tablePrefix: 'nauth_', migrations: { autoRun: true } };
    database = await openDatabase({ ...options, logger: undefined });
    passkeys = new TypeormPasskeyRepository(database);
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  async function account(): Promise<string> {
    const id = randomId();
    const names = { username: null, phone: null, firstName: null, lastName: null };
    const flags = { isEmailVerified: true, isPhoneVerified: false, isActive: true };
    const rest = { locale: null, timezone: null, metadata: {}, createdAt: AT, updatedAt: AT };
    const users = new TypeormUserRepository(database, { allowDuplicatePhones: false });
    await users.insert({ id, email: `${id}@example.com`, ...names, ...flags, ...rest }, 'hash');
    return id;
  }

  /** A passkey of the account, with the factor that it is in the database, and not yet there itself. */
  async function passkeyOf(userId: string, credentialId: string): Promise<Passkey> {
    const deviceId = randomId();
    const factor: MfaDevice = {
      ...{ id: deviceId, userId, type: 'passkey', slot: deviceId, name: 'key', isActive: true },
      ...{ preferredAt: null, secret: null, target: null, createdAt: AT, lastUsedAt: null },
    };
    await new TypeormMfaRepository(database).addDevice(factor, { max: 20, onlyFirst: false });
    const key = { publicKey: 'key', counter: 0, transports: ['internal'], aaguid: randomId() };
    return { deviceId, userId, credentialId, ...key, backupEligible: true, backedUp: false, createdAt: AT };
  }

  /** What the account has of its own, the credential among it. */
  const traces = async (userId: string, credentialId: string): Promise<unknown[]> => [
    await passkeys.findAll(userId),
    await passkeys.findByCredentialId(credentialId),
    await passkeys.handleOf(userId),
  ];

  it('stay with who set them up first, whoever brings the credential again (R098)', async () => {
    const [ada, bob] = [await account(), await account()];
    const credentialId = `${'x'.repeat(1300)}${randomId()}`;
    const first = await passkeyOf(ada, credentialId);
    expect(await passkeys.insert(first)).toBe(true);
    for (const other of [bob, ada]) {
      expect(await passkeys.insert(await passkeyOf(other, credentialId))).toBe(false);
    }
    expect([await passkeys.findAll(ada), await passkeys.findAll(bob)]).toEqual([[first], []]);
    expect(await passkeys.findByCredentialId(credentialId)).toEqual(first);
  });

  it('are gone with their account, and can be set up for another one then', async () => {
    const [ada, bob] = [await account(), await account()];
    const credentialId = randomId();
    const first = await passkeyOf(ada, credentialId);
    await passkeys.insert(first);
    await passkeys.keepHandle(ada, 'handle');
    expect(await traces(ada, credentialId)).toEqual([[first], first, 'handle']);
    await database.execute((manager) => manager.query(`DELETE FROM nauth_users WHERE id = '${ada}'`));
    expect(await traces(ada, credentialId)).toEqual([[], null, null]);
    expect(await passkeys.insert(await passkeyOf(bob, credentialId))).toBe(true);
  });

  it('are gone with the factor that they are', async () => {
    const ada = await account();
    const [first, second] = [await passkeyOf(ada, randomId()), await passkeyOf(ada, randomId())];
    for (const passkey of [first, second]) await passkeys.insert(passkey);
    await database.execute((manager) =>
      manager.query(`DELETE FROM nauth_mfa_devices WHERE id = '${first.deviceId}'`),
    );
    expect(await passkeys.findAll(ada)).toEqual([second]);
  });
});
