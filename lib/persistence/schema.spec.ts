import { DataSource, DefaultNamingStrategy, EntitySchema } from 'typeorm';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createTestDatabase,
  describeEachEngine,
  describeEngine,
  type EngineName,
  type TestDatabase,
} from '../../test/support/services';
import { randomId } from '../common';
import type { DatabaseOptions } from '../config/nauth-config';
import { createEntities } from './entities';
import { dataSourceOptions } from './data-source-options';
import { type Database, DatabaseStartError, openDatabase, TypeormUserRepository } from '.';

const TABLES = Object.values(createEntities('sqlite', ''))
  .map((entity) => entity.options.name)
  .sort();

const cleanup: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const task of cleanup.splice(0).reverse()) await task();
});

async function freshDatabase(engine: EngineName, poolSize?: number): Promise<TestDatabase> {
  const test = await createTestDatabase(engine, poolSize);
  cleanup.push(() => test.drop());
  return test;
}

async function open(
  database: DatabaseOptions | DataSource,
  change: { tablePrefix?: string; autoRun?: boolean } = {},
): Promise<Database> {
  const opened = await openDatabase({
    database,
    tablePrefix: change.tablePrefix ?? 'nauth_',
    migrations: { autoRun: change.autoRun ?? true },
    logger: undefined,
  });
  cleanup.push(() => opened.close());
  return opened;
}

/** Statements that TypeORM would need to make the tables fit the entities. */
async function drift(dataSource: DataSource): Promise<string[]> {
  const memory = await dataSource.driver.createSchemaBuilder().log();
  return memory.upQueries.map((query) => query.query);
}

/** Names of the tables in this database alone: TypeORM's own listing reads those of every database of the server. */
async function tables(dataSource: DataSource): Promise<string[]> {
  const listing: Record<string, string> = {
    'better-sqlite3': `SELECT name FROM sqlite_master WHERE type = 'table'`,
    postgres: `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()`,
    mysql: `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = database()`,
    mariadb: `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = database()`,
  };
  const found = await dataSource.query<{ name: string }[]>(listing[dataSource.options.type] ?? '');
  return found.map((table) => table.name).sort();
}

describeEachEngine('schema', (engine) => {
  it('of the migrations is exactly that of the entities', async () => {
    const test = await freshDatabase(engine);
    const database = await open(test.options);
    expect(await drift(database.dataSource)).toEqual([]);
    await database.execute((manager) =>
      manager.query(`ALTER TABLE ${database.tableName('users')} ADD COLUMN extra int`),
    );
    expect(await drift(database.dataSource)).not.toEqual([]);
  });

  it('is only checked with autoRun off', async () => {
    const test = await freshDatabase(engine);
    const refused = open(test.options, { autoRun: false });
    await expect(refused).rejects.toThrow(DatabaseStartError);
    await expect(refused).rejects.toThrow(/nauth_\* are missing .*0001-foundation.*autoRun/);
    await open(test.options);
    await open(test.options, { autoRun: false });
  });

  it('lives in a DataSource of the host beside its own entities, under two prefixes', async () => {
    const test = await freshDatabase(engine);
    const host = new EntitySchema<{ id: number }>({
      name: 'users',
      columns: { id: { type: Number, primary: true } },
    });
    const dataSource = new DataSource({
      ...dataSourceOptions(test.options),
      entities: [host],
      entityPrefix: 'host_',
      namingStrategy: new ShoutingNames(),
      synchronize: true,
    });
    await dataSource.initialize();
    cleanup.push(() => dataSource.destroy());
    const first = await open(dataSource, { tablePrefix: 'one_' });
    const second = await open(dataSource, { tablePrefix: 'two_' });
    const again = await open(dataSource, { tablePrefix: 'two_' });
    for (const database of [first, second]) {
      const at = new Date();
      await new TypeormUserRepository(database, { allowDuplicatePhones: false }).insert(
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
          createdAt: at,
          updatedAt: at,
        },
        'hash',
      );
    }
    await dataSource.getRepository(host).insert({ id: 1 });
    const ours = ['one_', 'two_'].flatMap((prefix) => TABLES.map((table) => `${prefix}${table}`));
    expect((await tables(dataSource)).filter((name) => /^(?:one|two)_/.test(name))).toEqual(ours);
    expect(await drift(dataSource)).toEqual([]);
    await Promise.all([first.close(), second.close(), again.close()]);
    // The host's connection stays open.
    expect(await dataSource.getRepository(host).count()).toBe(1);
  });
});

class ShoutingNames extends DefaultNamingStrategy {
  override tableName(target: string, given: string | undefined): string {
    return super.tableName(target, given).toUpperCase();
  }

  override columnName(property: string, custom: string, prefixes: string[]): string {
    return super.columnName(property, custom, prefixes).toUpperCase();
  }
}

describeEngine('mariadb', 'schema on MariaDB', () => {
  it('compares identifiers byte by byte and keeps every character (R153)', async () => {
    const test = await freshDatabase('mariadb');
    const database = await open(test.options);
    const rows: { t: string; c: string; s: string; o: string }[] = await database.dataSource.query(
      'SELECT table_name t, column_name c, character_set_name s, collation_name o FROM information_schema.columns ' +
        'WHERE table_schema = DATABASE() AND character_set_name IS NOT NULL',
    );
    const text = /_(?:name|agent)$|^(?:locale|timezone|(?:exempt_)?reason|request_id|browser|os|city)$/;
    expect(rows.length).toBeGreaterThan(20);
    for (const { t, c, s, o } of rows) {
      if (text.test(c) && t !== 'nauth_migrations') expect(`${t}.${c} ${s}`).toBe(`${t}.${c} utf8mb4`);
      else expect(`${t}.${c} ${o}`).toMatch(/_bin$/);
    }
    const looked = rows.filter(({ c }) =>
      ['email', 'username', 'phone', 'phone_key', 'entry_key'].includes(c),
    );
    expect(looked.map(({ o }) => o)).toEqual(Array(5).fill('utf8mb4_bin'));
  });

  it('is refused on a DataSource whose times would shift', async () => {
    const test = await freshDatabase('mariadb');
    for (const [options, reason] of [
      [{}, /timezone: 'Z'/],
      [{ timezone: '+02:00' }, /timezone: 'Z'/],
      [{ timezone: 'Z', dateStrings: true }, /dateStrings/],
      [{ timezone: 'Z', extra: { timezone: 'local' } }, /timezone: 'Z'/],
    ] as const) {
      const dataSource = new DataSource({ type: 'mariadb', url: test.options.url, ...options });
      await expect(open(dataSource)).rejects.toThrow(reason);
    }
  });
});

describeEngine('postgres', 'schema on PostgreSQL', () => {
  it('is made in the schema that is named', async () => {
    const test = await freshDatabase('postgres');
    const database = await open({ ...test.options, schema: 'auth' });
    expect(database.tableName('users')).toBe('"auth"."nauth_users"');
    expect(await drift(database.dataSource)).toEqual([]);
    const rows = await database.execute((manager) =>
      manager.query(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'auth' ORDER BY 1",
      ),
    );
    expect(rows).toEqual(TABLES.map((table) => ({ table_name: `nauth_${table}` })));
  });
});

describe('a database that cannot be opened', () => {
  it.each([
    [
      'postgres',
      'postgres://me:sesame@127.0.0.1:1/test',
      /postgres at 127\.0\.0\.1:1\/test \(.*ECONNREFUSED/,
    ],
    ['mysql', 'mysql://me:sesame@127.0.0.1:1/test', /mysql at 127\.0\.0\.1:1\/test \(.*ECONNREFUSED/],
    ['sqlite', '/dev/null/x.sqlite', /better-sqlite3 at \/dev\/null\/x\.sqlite \(.*mkdir/],
  ] as const)('stops the start with one readable reason (%s)', async (type, url, reason) => {
    const error: unknown = await open({ type, url }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DatabaseStartError);
    expect(String(error)).toMatch(reason);
    expect(String(error)).not.toContain('sesame');
  });
});
