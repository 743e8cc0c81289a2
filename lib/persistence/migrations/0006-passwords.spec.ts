import { afterEach, describe, expect, it } from 'vitest';
import {
  createTestDatabase,
  describeEachEngine,
  type EngineName,
  type TestDatabase,
} from '../../../test/support/services';
import { randomId } from '../../common';
import { type Database, openDatabase, TypeormPasswordRepository, TypeormUserRepository } from '..';

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

async function withAccount(
  engine: EngineName,
): Promise<{ test: TestDatabase; database: Database; id: string }> {
  const test = await createTestDatabase(engine);
  cleanup.push(() => test.drop());
  const database = await open(test);
  const at = new Date('2026-03-01T10:00:00.123Z');
  const user = {
    ...{
      id: randomId(),
      email: 'a@example.org',
      username: null,
      phone: null,
      firstName: null,
      lastName: null,
    },
    ...{ locale: null, timezone: null, metadata: {}, isEmailVerified: false, isPhoneVerified: false },
    ...{ isActive: true, createdAt: at, updatedAt: at },
  };
  await new TypeormUserRepository(database, { allowDuplicatePhones: false }).insert(user, 'hash');
  return { test, database, id: user.id };
}

describeEachEngine('migration 0006-passwords', (engine) => {
  const dropHistory = 'DROP TABLE nauth_password_history';
  const dropColumn = 'ALTER TABLE nauth_password_credentials DROP COLUMN change_required_at';

  describe.each([
    ['that has nothing of it', [dropHistory, dropColumn]],
    ['on which it was cut off half-way', [dropColumn]],
    ['on which it was cut off at the end', []],
  ])('of a database %s', (_name, drops) => {
    it('keeps the passwords that are there', async () => {
      const { test, database, id } = await withAccount(engine);
      const statements = [...drops, "DELETE FROM nauth_migrations WHERE name = '0006-passwords'"];
      for (const statement of statements) await database.dataSource.query(statement);
      await database.close();
      const migrated = await open(test);
      const memory = await migrated.dataSource.driver.createSchemaBuilder().log();
      expect(memory.upQueries.map(({ query }) => query)).toEqual([]);
      const user = await new TypeormUserRepository(migrated, { allowDuplicatePhones: false }).findById(id);
      expect(user).toMatchObject({ hasPassword: true, passwordChangeRequired: false });
      expect(user?.passwordChangedAt).toEqual(new Date('2026-03-01T10:00:00.123Z'));
      expect(await new TypeormPasswordRepository(migrated).recentHashes(id, 3)).toEqual(['hash']);
    });
  });
});
