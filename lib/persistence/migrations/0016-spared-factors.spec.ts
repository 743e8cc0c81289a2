import { afterEach, expect, it } from 'vitest';
import { createTestDatabase, describeEachEngine, type TestDatabase } from '../../../test/support/services';
import { randomId } from '../../common';
import { type Database, openDatabase, TypeormSessionRepository, TypeormUserRepository } from '..';
import { row } from '../../sessions/session.fixture';

const cleanup: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const task of cleanup.splice(0).reverse()) await task();
});

async function open(test: TestDatabase): Promise<Database> {
  const database = await openDatabase({
    database: test.options,
    tablePrefix: 'nauth_',
    migrations: { autoRun: true },
    logger: undefined,
  });
  cleanup.push(() => database.close());
  return database;
}

describeEachEngine('migration 0016-spared-factors', (engine) => {
  it.each([
    ['that has nothing of it', ['ALTER TABLE nauth_sessions DROP COLUMN mfa_spared_by']],
    ['on which it was cut off at the end', []],
  ])('leaves the sessions of a database %s as they are, with no reason', async (_name, drops) => {
    const test = await createTestDatabase(engine);
    cleanup.push(() => test.drop());
    const database = await open(test);
    const { session, user } = row(randomId(), randomId());
    await new TypeormUserRepository(database, { allowDuplicatePhones: false }).insert(user, 'hash');
    await new TypeormSessionRepository(database).insert(session);
    const statements = [...drops, "DELETE FROM nauth_migrations WHERE name = '0016-spared-factors'"];
    for (const statement of statements) await database.dataSource.query(statement);
    await database.close();
    const migrated = await open(test);
    const memory = await migrated.dataSource.driver.createSchemaBuilder().log();
    expect(memory.upQueries.map(({ query }) => query)).toEqual([]);
    const found = await new TypeormSessionRepository(migrated).findWithUser(session.id);
    expect(found?.session).toEqual({ ...session, mfaSparedBy: null });
  });
});
