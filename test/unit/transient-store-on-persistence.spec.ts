import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { expect, it } from 'vitest';
import { LoginAttempts } from '../../lib/lockout';
import { openDatabase, type Database } from '../../lib/persistence';
import { DatabaseTransientStore } from '../../lib/storage';
import { transientStoreContract } from '../../lib/storage/transient-store.contract';
import {
  administer,
  createTestDatabase,
  describeEachEngine,
  describeEngine,
  postgresUrl,
  type EngineName,
} from '../support/services';
import { manualClock } from '../support/transient-database';

/** Two instances on one database, with the toolkit's own pool, deadlines, retries and migrated table. */
async function openInstances(engine: EngineName, poolSize: number) {
  const created = await createTestDatabase(engine, poolSize);
  const open = () =>
    openDatabase({
      database: created.options,
      tablePrefix: 'nauth_',
      migrations: { autoRun: true },
      logger: new Logger(),
    });
  const databases = [await open(), await open()] as const;
  const clock = manualClock();
  const store = (database: Database) => new DatabaseTransientStore(database, clock);
  return {
    clock,
    databases,
    stores: [store(databases[0]), store(databases[1])] as const,
    async dispose() {
      for (const database of databases) await database.close();
      await created.drop();
    },
  };
}

describeEachEngine('transient state through the persistence layer', (engine) => {
  for (const poolSize of engine === 'sqlite' ? [1] : [1, 10]) {
    transientStoreContract(`${engine}, pool of ${poolSize}`, async () => {
      const { stores, clock, dispose } = await openInstances(engine, poolSize);
      return { stores, unit: 60_000, advance: clock.advance, dispose };
    });

    it(`lets 5 of 200 parallel logins on two instances pass, pool of ${poolSize} (RACE-14)`, async () => {
      const { stores, dispose } = await openInstances(engine, poolSize);
      try {
        const options = {
          enabled: true,
          maxAttempts: 5,
          attemptWindowMs: 3_600_000,
          durationMs: 900_000,
          resetOnSuccess: true,
        };
        const instances = stores.map((store) => new LoginAttempts(store, options));
        const outcomes = await Promise.all(
          Array.from({ length: 200 }, (_, i) =>
            instances[i % 2]?.count('a@example.com').then(
              () => 'pass',
              (error: unknown) => (error instanceof Error ? Reflect.get(error, 'code') : 'unknown'),
            ),
          ),
        );
        expect(outcomes.filter((outcome) => outcome === 'pass')).toHaveLength(5);
        expect(new Set(outcomes)).toEqual(new Set(['pass', 'RATE_LIMIT_LOGIN']));
      } finally {
        await dispose();
      }
    });

    it(`forgets what was counted inside a unit that rolls back, pool of ${poolSize}`, async () => {
      // Why callers count outside: this is what the documentation of the store warns of.
      const { stores, databases, dispose } = await openInstances(engine, poolSize);
      try {
        const [store] = stores;
        await store.increment('key', 60_000);
        const unit = databases[0].run(async () => {
          expect((await store.increment('key', 60_000)).count).toBe(2);
          throw new Error('rolled back');
        });
        await expect(unit).rejects.toThrow('rolled back');
        expect((await store.increment('key', 60_000)).count).toBe(2);
      } finally {
        await dispose();
      }
    });
  }
});

describeEngine('postgres', 'transient state in a schema of its own', () => {
  it('finds its table where the migrations made it', async () => {
    const schema = `nauth_${randomBytes(6).toString('hex')}`;
    await administer('postgres', `CREATE SCHEMA ${schema}`);
    const database = await openDatabase({
      database: { type: 'postgres', url: postgresUrl, schema },
      tablePrefix: 'Auth_',
      migrations: { autoRun: true },
      logger: new Logger(),
    });
    try {
      const store = new DatabaseTransientStore(database, manualClock());
      expect((await store.increment('key', 60_000)).count).toBe(1);
      const rows = await database.dataSource.query<unknown[]>(
        `SELECT entry_key FROM "${schema}"."Auth_transient"`,
      );
      expect(rows).toEqual([{ entry_key: 'key' }]);
    } finally {
      await database.close();
      await administer('postgres', `DROP SCHEMA ${schema} CASCADE`);
    }
  });
});
