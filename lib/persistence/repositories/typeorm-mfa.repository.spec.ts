import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createTestDatabase,
  describeEngine,
  type ServerEngineName,
  type TestDatabase,
} from '../../../test/support/services';
import { randomId } from '../../common';
import type { MfaDevice, PendingFactor } from '../../mfa';
import { openDatabase, TypeormUserRepository, type Database } from '..';
import { TypeormMfaRepository } from './typeorm-mfa.repository';

const AT = new Date('2026-03-01T10:00:00.123Z');
const LATER = new Date('2026-03-01T10:15:00.123Z');
const ACCOUNTS = 20;
const CALLERS = 20;
const ENGINES: readonly ServerEngineName[] = ['postgres', 'mariadb'];

function deviceOf(userId: string, change: Partial<MfaDevice> = {}): MfaDevice {
  const id = randomId();
  return {
    ...{ id, userId, type: 'totp', slot: id, name: 'app', isActive: true, preferredAt: null },
    ...{ secret: 'sealed', target: null, createdAt: AT, lastUsedAt: null },
    ...change,
  };
}

for (const engine of ENGINES) {
  describeEngine(engine, `second factors of many accounts at the same time (${engine})`, () => {
    let test: TestDatabase;
    let database: Database;
    let mfa: TypeormMfaRepository;
    let users: TypeormUserRepository;

    beforeAll(async () => {
      test = await createTestDatabase(engine, CALLERS);
      const options = { database: test.options, tablePrefix: 'nauth_', migrations: { autoRun: true } };
      database = await openDatabase({ ...options, logger: undefined });
      users = new TypeormUserRepository(database, { allowDuplicatePhones: false });
      mfa = new TypeormMfaRepository(database);
    });
    afterAll(async () => {
      await database.close();
      await test.drop();
    });

    async function account(): Promise<string> {
      const id = randomId();
      const names = {
        email: `${id}@example.com`,
        username: null,
        phone: null,
        firstName: null,
        lastName: null,
      };
      const flags = { isEmailVerified: true, isPhoneVerified: false, isActive: true };
      const rest = { locale: null, timezone: null, metadata: {}, createdAt: AT, updatedAt: AT };
      await users.insert({ id, ...names, ...flags, ...rest }, 'hash');
      return id;
    }

    /** Runs a unit for each at the same time; how often one had to be run again, as those that wait for each other are. */
    async function repeats(ids: readonly string[], work: (id: string, index: number) => Promise<unknown>) {
      let runs = 0;
      const unit = (id: string, index: number) =>
        database.run(() => {
          runs += 1;
          return work(id, index);
        });
      await Promise.all(ids.map(unit));
      return runs - ids.length;
    }

    const accounts = () => Promise.all(Array.from({ length: ACCOUNTS }, account));

    it('begin the grace period of each without waiting for each other', async () => {
      expect(await repeats(await accounts(), (id) => mfa.noteRequired(id, AT))).toBe(0);
    });

    it('store the first of each without waiting for each other', async () => {
      const limits = { max: 20, onlyFirst: true };
      const ids = await accounts();
      expect(await repeats(ids, (id) => mfa.addDevice(deviceOf(id), limits))).toBe(0);
      expect(await Promise.all(ids.map(async (id) => (await mfa.findDevices(id)).length))).toEqual(
        ids.map(() => 1),
      );
    });

    it('begin and end set-ups without waiting for each other', async () => {
      const ids = await accounts();
      const pendingOf = (userId: string, id: string): PendingFactor => ({
        ...{ id, userId, type: 'totp', binding: `session:${userId}`, secret: 'sealed', target: null },
        ...{ createdAt: AT, expiresAt: LATER },
      });
      const put = (userId: string) => mfa.putPending(pendingOf(userId, randomId()));
      expect(await repeats(ids, put)).toBe(0);
      expect(await repeats(ids, put)).toBe(0);
      const taken: boolean[] = [];
      const take = async (userId: string) => {
        const pending = await mfa.findPending(userId, `session:${userId}`, 'totp', AT);
        taken.push(await mfa.takePending(pending?.id ?? '', userId, AT));
      };
      expect(await repeats(ids, take)).toBe(0);
      expect(taken).toEqual(ids.map(() => true));
    });

    it('make backup codes without waiting for each other', async () => {
      const ids = await accounts();
      const hashesOf = (id: string, set: string) =>
        [1, 2, 3].map((index) => `${set}${index}${id}`.slice(0, 43));
      expect(await repeats(ids, (id) => mfa.replaceBackupCodes(id, hashesOf(id, 'a'), AT))).toBe(0);
      expect(await repeats(ids, (id) => mfa.replaceBackupCodes(id, hashesOf(id, 'b'), AT))).toBe(0);
      for (const id of ids) {
        expect((await mfa.findAccount(id)).backupCodesLeft).toBe(3);
        expect(await mfa.hasBackupCode(id, hashesOf(id, 'a'))).toBe(false);
      }
    });

    describe('of one account', () => {
      const callersOf = (id: string): string[] => Array.from({ length: CALLERS }, () => id);

      it('note one moment, whoever is first', async () => {
        const id = await account();
        const moments: number[] = [];
        const note = async (_: string, index: number) =>
          void moments.push((await mfa.noteRequired(id, new Date(AT.getTime() + index))).getTime());
        expect(await repeats(callersOf(id), note)).toBe(0);
        const { requiredSince } = await mfa.findAccount(id);
        expect(moments).toContain(requiredSince?.getTime());
      });

      it('leave one factor in a slot, and count it once', async () => {
        const id = await account();
        const slot = { type: 'sms', slot: 'sms', target: '+12025550123' } as const;
        const add = () => mfa.addDevice(deviceOf(id, slot), { max: 20, onlyFirst: false });
        expect(await repeats(callersOf(id), add)).toBe(0);
        expect(await mfa.findDevices(id)).toHaveLength(1);
        expect((await mfa.findAccount(id)).factors).toBe(1);
      });
    });
  });
}
