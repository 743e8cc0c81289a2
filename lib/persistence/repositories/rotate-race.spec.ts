import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  administer,
  createTestDatabase,
  describeEngine,
  type TestDatabase,
} from '../../../test/support/services';
import { randomId } from '../../common';
import { type Database, openDatabase, TypeormSessionRepository, TypeormUserRepository } from '..';

const CALLERS = 100;
const RUNS = 5;
const NOW = new Date('2026-03-01T10:00:00.000Z');
const LATER = new Date('2026-03-02T10:00:00.000Z');

/** Connections that stay for other tests, which run at the same time. */
const RESERVE = 60;
const FREE = {
  postgres: `SELECT current_setting('max_connections')::int - ${RESERVE} - count(*)::int AS n FROM pg_stat_activity`,
  mariadb: `SELECT @@max_connections - ${RESERVE} - COUNT(*) AS n FROM information_schema.processlist`,
};

/** 100 connections, or what the server has left for them. */
async function largePool(engine: 'postgres' | 'mariadb'): Promise<number> {
  const rows: unknown = await administer(engine, FREE[engine]);
  const free: unknown = Array.isArray(rows) ? Reflect.get(Object(rows[0]), 'n') : undefined;
  return Math.max(20, Math.min(100, Number(free)));
}

for (const engine of ['postgres', 'mariadb'] as const) {
  describeEngine(engine, `one refresh token presented by ${CALLERS} callers at once (${engine})`, () => {
    describe.each([1, 10, 100])('pool of %i', (poolSize) => {
      let test: TestDatabase;
      let database: Database;
      let sessions: TypeormSessionRepository;
      let userId: string;

      beforeAll(async () => {
        test = await createTestDatabase(engine, poolSize === 100 ? await largePool(engine) : poolSize);
        database = await openDatabase({
          database: test.options,
          tablePrefix: 'nauth_',
          migrations: { autoRun: true },
          logger: undefined,
        });
        sessions = new TypeormSessionRepository(database);
        userId = await insertUser(database);
        // On a cold pool the callers would come one after the other.
        await Promise.all(Array.from({ length: poolSize }, () => sessions.findLive(userId, NOW)));
      });
      afterAll(async () => {
        await database.close();
        await test.drop();
      });

      it('is exchanged exactly once', async () => {
        for (let run = 0; run < RUNS; run += 1) {
          const id = await insertSession(sessions, userId);
          const exchange = (): Promise<boolean> =>
            sessions.rotate({
              id,
              generation: 0,
              at: NOW,
              refreshExpiresAt: LATER,
              ipAddress: null,
              userAgent: null,
            });
          const results = await Promise.all(Array.from({ length: CALLERS }, exchange));
          expect(results.filter(Boolean)).toHaveLength(1);
          expect((await sessions.findWithUser(id))?.session.generation).toBe(1);
        }
      });

      it.runIf(poolSize > 1)('is exchanged several times by a look before the write (control)', async () => {
        let most = 0;
        for (let run = 0; run < RUNS; run += 1) {
          const id = await insertSession(sessions, userId);
          const exchange = async (): Promise<boolean> => {
            const found = await sessions.findWithUser(id);
            if (found?.session.generation !== 0) return false;
            await database.execute((manager) =>
              manager.query(`UPDATE ${database.tableName('sessions')} SET generation = 1 WHERE id = '${id}'`),
            );
            return true;
          };
          const results = await Promise.all(Array.from({ length: CALLERS }, exchange));
          most = Math.max(most, results.filter(Boolean).length);
        }
        expect(most).toBeGreaterThan(1);
      });

      it('leaves five sessions after 50 parallel logins that allow five', async () => {
        const login = (index: number): Promise<void> =>
          database.run(async () => {
            expect(await new TypeormUserRepository(database, options).claimLogin(userId, 1, NOW)).toBe(true);
            await insertSession(sessions, userId, new Date(NOW.getTime() + index));
            await sessions.revokeOldest(userId, 5, NOW);
          });
        await sessions.revokeAll(userId, 'logout_all', NOW);
        await Promise.all(Array.from({ length: 50 }, (_, index) => login(index)));
        expect(await sessions.findLive(userId, NOW)).toHaveLength(5);
      });
    });
  });
}

const options = { allowDuplicatePhones: false };

async function insertUser(database: Database): Promise<string> {
  const user = await new TypeormUserRepository(database, options).insert(
    {
      id: randomId(),
      email: 'a@example.org',
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
    },
    'hash',
  );
  return user.id;
}

async function insertSession(
  sessions: TypeormSessionRepository,
  userId: string,
  createdAt = NOW,
): Promise<string> {
  const id = randomId();
  await sessions.insert({
    id,
    userId,
    generation: 0,
    refreshSalt: 'salt',
    delivery: 'json',
    authMethod: 'password',
    amr: ['pwd'],
    mfaSparedBy: null,
    authTime: NOW,
    deviceId: null,
    deviceName: null,
    deviceType: null,
    browser: null,
    os: null,
    network: null,
    country: null,
    city: null,
    latitudeE2: null,
    longitudeE2: null,
    ipAddress: null,
    userAgent: null,
    createdAt,
    lastActivityAt: createdAt,
    rotatedAt: null,
    refreshExpiresAt: LATER,
    expiresAt: LATER,
    revokedAt: null,
    revokeReason: null,
  });
  return id;
}
