import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { expect, it } from 'vitest';
import { openDatabase } from '../../lib/persistence';
import { nameSubject, RateLimiter, type RateLimit } from '../../lib/rate-limit';
import { DatabaseTransientStore } from '../../lib/storage';
import { transientStoreContract } from '../../lib/storage/transient-store.contract';
import { openDatabaseInstances } from '../support/counter-stores';
import { administer, describeEachEngine, describeEngine, postgresUrl } from '../support/services';
import { silentAudit } from '../support/silent-audit';
import { manualClock } from '../support/transient-database';

describeEachEngine('transient state through the persistence layer', (engine) => {
  for (const poolSize of engine === 'sqlite' ? [1] : [1, 10]) {
    transientStoreContract(`${engine}, pool of ${poolSize}`, async () => {
      const { stores, clock, dispose } = await openDatabaseInstances(engine, poolSize);
      return { stores, unit: 60_000, advance: clock.advance, dispose };
    });

    it(`lets 5 of 200 parallel attempts on two instances pass, pool of ${poolSize} (RACE-14)`, async () => {
      const { stores, clock, dispose } = await openDatabaseInstances(engine, poolSize);
      try {
        const limit: RateLimit = {
          name: 'race',
          max: 5,
          windowMs: 3_600_000,
          lockMs: 900_000,
          code: 'RATE_LIMIT_LOGIN',
          believeMs: 2000,
        };
        const [one, other] = [
          new RateLimiter(stores[0], silentAudit, clock),
          new RateLimiter(stores[1], silentAudit, clock),
        ];
        const outcomes = await Promise.all(
          Array.from({ length: 200 }, (_, i) =>
            (i % 2 ? one : other).take(limit, nameSubject('a@example.com')).then(
              () => 'pass',
              (error: unknown) => (error instanceof Error ? Reflect.get(error, 'code') : 'unknown'),
            ),
          ),
        );
        const passed = outcomes.filter((outcome) => outcome === 'pass').length;
        // What a busy machine could not count in time may have been counted all the same.
        const late = outcomes.filter((outcome) => outcome === 'SERVICE_UNAVAILABLE').length;
        expect(passed).toBeLessThanOrEqual(5);
        expect(passed + late).toBeGreaterThanOrEqual(5);
      } finally {
        await dispose();
      }
    });

    it(`forgets what was counted inside a unit that rolls back, pool of ${poolSize}`, async () => {
      // Why callers count outside: this is what the documentation of the store warns of.
      const { stores, databases, dispose } = await openDatabaseInstances(engine, poolSize);
      try {
        const [store] = stores;
        await store.increment('key', 60_000);
        const unit = databases[0]?.run(async () => {
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
