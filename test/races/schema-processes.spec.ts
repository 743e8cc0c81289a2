import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { randomId } from '../../lib/common';
import { type Database, openDatabase } from '../../lib/persistence';
import { allMigrations } from '../../lib/persistence/migrations/all-migrations';
import { buildChild, type ChildProgram } from '../support/child-process';
import {
  createTestDatabase,
  describeEachEngine,
  type EngineName,
  type TestDatabase,
} from '../support/services';

let child: ChildProgram;
const cleanup: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  child = await buildChild('persistence.child');
});
afterAll(() => child.remove());
afterEach(async () => {
  for (const task of cleanup.splice(0).reverse()) await task();
});

async function fresh(engine: EngineName, poolSize?: number): Promise<TestDatabase> {
  const test = await createTestDatabase(engine, poolSize);
  cleanup.push(() => test.drop());
  return test;
}

async function open(test: TestDatabase, autoRun: boolean): Promise<Database> {
  const database = await openDatabase({
    database: test.options,
    tablePrefix: 'nauth_',
    migrations: { autoRun },
    logger: undefined,
  });
  cleanup.push(() => database.close());
  return database;
}

/** Statements that TypeORM would need to make the tables fit the entities. */
async function drift(dataSource: Database['dataSource']): Promise<string[]> {
  const memory = await dataSource.driver.createSchemaBuilder().log();
  return memory.upQueries.map((query) => query.query);
}

describeEachEngine('the schema over processes', (engine) => {
  it('is made once by ten processes that start together', { timeout: 60_000 }, async () => {
    const test = await fresh(engine);
    const starts = Array.from({ length: 10 }, () => child.run({ database: test.options }));
    const results = await Promise.all(starts);
    expect(results.map(({ code, errors }) => `${code} ${errors}`)).toEqual(Array(10).fill('0 '));
    const database = await open(test, false);
    expect(await drift(database.dataSource)).toEqual([]);
    const rows = await database.execute((manager) =>
      manager.query(`SELECT name FROM ${database.tableName('migrations')} ORDER BY name`),
    );
    expect(rows).toEqual(allMigrations.map(({ name }) => ({ name })));
  });

  it('is completed by a restart after kills at any statement', { timeout: 60_000 }, async () => {
    const test = await fresh(engine, 1);
    for (const killAt of [5, 9, 14]) {
      const { signal } = await child.run({ database: test.options, killAt });
      expect(signal).toBe('SIGKILL');
    }
    const database = await open(test, true);
    expect(await drift(database.dataSource)).toEqual([]);
  });

  it('stores times in UTC, whatever the zone of the process', { timeout: 30_000 }, async () => {
    const test = await fresh(engine);
    const at = '2026-03-29T01:30:00.123Z';
    const id = randomId();
    const wrote = await child.run({ database: test.options, write: { id, at } }, { TZ: 'America/New_York' });
    expect(wrote.errors).toBe('');
    const read = await child.run({ database: test.options, read: { id } }, { TZ: 'Asia/Tokyo' });
    expect(JSON.parse(read.output)).toEqual({ session: at, user: at, live: 1, ended: 0 });
  });
});
