import type { DataSource } from 'typeorm';
import { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver';
import { DatabaseStartError } from './database-start-error';
import type { DatabaseFamily } from './entities';

const families: Readonly<Record<string, DatabaseFamily>> = {
  postgres: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  'better-sqlite3': 'sqlite',
};

/**
 * The SQL family of a DataSource that the toolkit can work with.
 * @throws {DatabaseStartError} for other engines, and for settings with which times would be stored wrongly
 */
export function checkDataSource(dataSource: DataSource): DatabaseFamily {
  const { options, driver } = dataSource;
  const family = families[options.type];
  if (!family) {
    throw new DatabaseStartError(
      `a DataSource of type ${options.type} is not supported; use better-sqlite3, postgres, mysql or mariadb`,
    );
  }
  if (family === 'sqlite' && !(driver instanceof BetterSqlite3Driver)) {
    throw new DatabaseStartError('the DataSource comes from another copy of typeorm; install typeorm once');
  }
  if (family === 'mysql') checkMysqlTimes(options);
  return family;
}

function checkMysqlTimes(options: DataSource['options']): void {
  const timezone = mysqlOption(options, 'timezone');
  if (timezone !== 'Z' && timezone !== '+00:00') {
    throw new DatabaseStartError(
      "the MySQL DataSource needs the option timezone: 'Z'; without it times shift with the time zone of the process",
    );
  }
  const dateStrings = mysqlOption(options, 'dateStrings');
  if (dateStrings !== undefined && dateStrings !== false) {
    throw new DatabaseStartError(
      'the MySQL DataSource must not set dateStrings; times would be read in the zone of the process',
    );
  }
}

/** An option as the driver sees it: TypeORM lets `extra` override. */
function mysqlOption(options: DataSource['options'], name: string): unknown {
  const extra: unknown = options.extra;
  const override: unknown =
    typeof extra === 'object' && extra !== null ? Reflect.get(extra, name) : undefined;
  return override ?? Reflect.get(options, name);
}
