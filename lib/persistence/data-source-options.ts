import { fileURLToPath } from 'node:url';
import type { DataSourceOptions } from 'typeorm';
import type { BetterSqlite3DataSourceOptions } from 'typeorm/driver/better-sqlite3/BetterSqlite3DataSourceOptions';
import type { MysqlDataSourceOptions } from 'typeorm/driver/mysql/MysqlDataSourceOptions';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import type { DatabaseOptions } from '../config/nauth-config';
import { DatabaseStartError } from './database-start-error';
import { loadSqliteDriver } from './sqlite';

const CONNECT_MS = 2500;
const STATEMENT_MS = 2500;
const IDLE_IN_TRANSACTION_MS = 10_000;
// The driver is synchronous: it blocks the event loop while it waits for another process. The query runner waits instead.
const SQLITE_BUSY_MS = 50;
const POOL_SIZE = 10;

/**
 * Options of a DataSource that the toolkit opens itself. What is given is kept; added is what lets the database fail
 * without taking the application along: time limits for connecting, statements and idle transactions (R148).
 */
export function dataSourceOptions(given: DataSourceOptions | DatabaseOptions): DataSourceOptions {
  switch (given.type) {
    case 'sqlite':
      return sqliteOptions({ type: 'better-sqlite3', database: sqlitePath(given.url) });
    case 'better-sqlite3':
      return sqliteOptions(given);
    case 'postgres':
      return postgresOptions(withDriverTls({ ...given, type: given.type }));
    case 'mysql':
    case 'mariadb':
      return mysqlOptions(withDriverTls({ ...given, type: given.type }));
    default:
      throw new DatabaseStartError(
        `the type ${given.type} is not supported; use sqlite, postgres, mysql or mariadb`,
      );
  }
}

function postgresOptions(given: PostgresDataSourceOptions): PostgresDataSourceOptions {
  return {
    poolSize: POOL_SIZE,
    connectTimeoutMS: CONNECT_MS,
    installExtensions: false,
    applicationName: 'nauth-toolkit',
    // An idle connection that the server closed: the pool replaces it, and there is nobody to tell.
    poolErrorHandler: () => undefined,
    ...given,
    extra: {
      keepAlive: true,
      statement_timeout: STATEMENT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      ...given.extra,
    },
  };
}

function mysqlOptions(given: MysqlDataSourceOptions): MysqlDataSourceOptions {
  return {
    poolSize: POOL_SIZE,
    connectTimeout: CONNECT_MS,
    charset: 'utf8mb4',
    ...given,
    // DATETIME has no zone of its own: these two make it UTC, whatever the zone of the process.
    timezone: 'Z',
    dateStrings: false,
    extra: { enableKeepAlive: true, ...given.extra },
  };
}

function sqliteOptions(given: BetterSqlite3DataSourceOptions): BetterSqlite3DataSourceOptions {
  return { timeout: SQLITE_BUSY_MS, ...given, driver: given.driver ?? loadSqliteDriver() };
}

interface TlsOptions {
  ssl?: unknown;
  extra?: Record<string, unknown>;
}

/** `ssl: true` and `false` as both drivers understand them: mysql2 wants an object. */
function withDriverTls<T extends TlsOptions>(given: T): Omit<T, 'ssl'> & { extra: Record<string, unknown> } {
  const { ssl, ...rest } = given;
  if (ssl === undefined || ssl === false) return { ...rest, extra: { ...given.extra } };
  return { ...rest, extra: { ...given.extra, ssl: ssl === true ? {} : ssl } };
}

/** The path of a SQLite file out of a path, a file: URL or ':memory:'. */
function sqlitePath(url: string): string {
  if (url.startsWith('file://')) return fileURLToPath(url);
  return url.replace(/^(?:file|sqlite):/, '');
}
