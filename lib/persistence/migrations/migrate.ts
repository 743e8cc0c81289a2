import { type DataSource, type QueryRunner, Table } from 'typeorm';
import { DatabaseError, toDatabaseError } from '../database-error';
import { DatabaseStartError } from '../database-start-error';
import { columnTypes, constraintName, type DatabaseFamily, type Entities, type TableName } from '../entities';
import { allMigrations } from './all-migrations';
import { migrationColumn, type MigrationContext, type SchemaMigration } from './migration';
import { withMigrationLock } from './migration-lock';

export interface MigrationTarget {
  dataSource: DataSource;
  family: DatabaseFamily;
  tablePrefix: string;
  entities: Entities;
}

/**
 * Applies the steps that are missing, each once, whatever number of processes starts at the same time.
 * @throws {DatabaseStartError}
 */
export async function migrate(target: MigrationTarget): Promise<void> {
  await onRunner(target, async (runner) => {
    // The usual start has nothing to do, and so needs no lock.
    if ((await pending(target, runner)).length === 0) return;
    const { database, schema } = target.dataSource.driver;
    const scope = [database, schema, target.tablePrefix].join('/');
    await withMigrationLock(target.family, runner, scope, () => apply(target, runner));
  });
}

/**
 * Checks that every step has been applied.
 * @throws {DatabaseStartError} naming those that are missing
 */
export async function checkSchema(target: MigrationTarget): Promise<void> {
  await onRunner(target, async (runner) => {
    const missing = await pending(target, runner);
    if (missing.length === 0) return;
    const names = missing.map((migration) => migration.name).join(', ');
    throw new DatabaseStartError(
      `the tables ${target.tablePrefix}* are missing or out of date (not applied: ${names}); ` +
        'set migrations.autoRun to true, or start once with it before this process',
    );
  });
}

async function onRunner(
  target: MigrationTarget,
  work: (runner: QueryRunner) => Promise<void>,
): Promise<void> {
  const runner = target.dataSource.createQueryRunner('master');
  try {
    await work(runner);
  } catch (error) {
    const known = toDatabaseError(error);
    throw known instanceof DatabaseError
      ? new DatabaseStartError('the migrations failed', originOf(error))
      : known;
  } finally {
    await runner.release();
  }
}

async function apply(target: MigrationTarget, runner: QueryRunner): Promise<void> {
  const types = columnTypes(target.family);
  const { schema } = target.dataSource.driver;
  const path = (table: TableName): string => tablePath(target, table);
  const context: MigrationContext = { runner, types, tablePrefix: target.tablePrefix, path };
  if (target.family === 'postgres' && schema && !(await runner.hasSchema(schema))) {
    await runner.createSchema(schema, true);
  }
  await runner.createTable(migrationsTable(context), true);
  for (const migration of await pending(target, runner)) {
    await migration.up(context);
    await runner.manager
      .createQueryBuilder()
      .insert()
      .into(target.entities.migrations)
      .values({ name: migration.name, appliedAt: new Date() })
      .updateEntity(false)
      .execute();
  }
}

async function pending(target: MigrationTarget, runner: QueryRunner): Promise<SchemaMigration[]> {
  if (!(await runner.hasTable(tablePath(target, 'migrations')))) return [...allMigrations];
  const rows = await runner.manager.createQueryBuilder(target.entities.migrations, 'migration').getMany();
  const applied = new Set(rows.map((row) => row.name));
  return allMigrations.filter((migration) => !applied.has(migration.name));
}

function tablePath(target: MigrationTarget, table: TableName): string {
  return target.dataSource.getMetadata(`${target.tablePrefix}${table}`).tablePath;
}

function migrationsTable({ types, tablePrefix, path }: MigrationContext): Table {
  return new Table({
    name: path('migrations'),
    columns: [
      migrationColumn('name', types.ascii(100), {
        isPrimary: true,
        primaryKeyConstraintName: constraintName(tablePrefix, 'migrations', 'pk'),
      }),
      migrationColumn('applied_at', types.time),
    ],
  });
}

/** The driver's own error: statements of migrations hold no user data, and the text helps. */
function originOf(error: unknown): unknown {
  const driverError: unknown = error instanceof Error ? Reflect.get(error, 'driverError') : undefined;
  return driverError ?? error;
}
