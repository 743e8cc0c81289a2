import { randomBytes } from 'node:crypto';
import { DataSource, type QueryRunner } from 'typeorm';
import { dataSourceOptions } from '../../lib/persistence/data-source-options';
import {
  administer,
  createTestDatabase,
  isPresent,
  type EngineName,
  type ServerEngineName,
  type TestDatabase,
} from './services';

/** Begins the names of all databases of one run, so that they are found at its end. Set before there are workers. */
const RUN_PREFIX = 'NAUTH_TEST_RUN_PREFIX';

/** Says which migrations have run, and is no data of a suite. */
const HISTORY_TABLE = /migrations$/;

const idle: Record<ServerEngineName, TestDatabase[]> = { postgres: [], mariadb: [] };

/**
 * As createTestDatabase, but possibly with the tables of a suite before in it, all empty: making them takes two seconds
 * on a server. For suites that start an application; not for those that are about the schema. `drop` gives it back.
 */
export async function borrowTestDatabase(engine: EngineName, poolSize?: number): Promise<TestDatabase> {
  const prefix = process.env[RUN_PREFIX];
  if (engine === 'sqlite' || prefix === undefined) return createTestDatabase(engine, poolSize);
  const name = `${prefix}${randomBytes(6).toString('hex')}`;
  const used = idle[engine].pop();
  // Not when it was given back: the application of a suite may be open then.
  if (used) await empty(used);
  const lent = used ?? (await createTestDatabase(engine, undefined, name));
  return {
    engine,
    options: { ...lent.options, poolSize },
    drop: () => Promise.resolve(void idle[engine].push(lent)),
  };
}

/** Begins a run; what is given back ends it and drops all that was lent. */
export function beginRun(): () => Promise<void> {
  const prefix = `nauth_run_${randomBytes(4).toString('hex')}_`;
  process.env[RUN_PREFIX] = prefix;
  return async () => {
    for (const engine of ['postgres', 'mariadb'] as const) {
      if (isPresent(engine)) await dropAll(engine, prefix);
    }
  };
}

async function dropAll(engine: ServerEngineName, prefix: string): Promise<void> {
  const [catalogue, column] =
    engine === 'postgres' ? ['pg_database', 'datname'] : ['information_schema.schemata', 'schema_name'];
  const found = await administer(
    engine,
    `SELECT ${column} AS name FROM ${catalogue} WHERE ${column} LIKE '${prefix.replaceAll('_', '\\_')}%'`,
  );
  // A server may not have noticed yet that a worker is gone.
  const force = engine === 'postgres' ? ' WITH (FORCE)' : '';
  for (const { name } of found) await administer(engine, `DROP DATABASE IF EXISTS ${name}${force}`);
}

/** Whoever is still connected may hold locks. */
const DISCONNECT_POSTGRES = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;
const DISCONNECT_MARIADB = `BEGIN NOT ATOMIC
  FOR other IN (SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()) DO
    BEGIN
      DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; -- gone meanwhile
      EXECUTE IMMEDIATE CONCAT('KILL ', other.id);
    END;
  END FOR;
END`;

/** Deletes all rows: quicker than TRUNCATE where there are few. */
async function empty({ engine, options }: TestDatabase): Promise<void> {
  const source = new DataSource({ ...dataSourceOptions({ ...options, poolSize: 1 }), logging: false });
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query(engine === 'postgres' ? DISCONNECT_POSTGRES : DISCONNECT_MARIADB);
    const tables = await tablesOf(runner, engine);
    // Foreign keys would ask for an order.
    await runner.query(
      engine === 'postgres' ? 'SET session_replication_role = replica' : 'SET foreign_key_checks = 0',
    );
    await runner.startTransaction();
    for (const table of tables) await runner.query(`DELETE FROM ${source.driver.escape(table)}`);
    await runner.commitTransaction();
  } finally {
    await runner.release();
    await source.destroy();
  }
}

async function tablesOf(runner: QueryRunner, engine: EngineName): Promise<string[]> {
  const schema = engine === 'postgres' ? 'current_schema()' : 'DATABASE()';
  const rows: { name: string }[] = await runner.query(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ${schema}`,
  );
  return rows.map(({ name }) => name).filter((name) => !HISTORY_TABLE.test(name));
}
