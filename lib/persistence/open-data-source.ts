import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver';
import { InstanceChecker } from 'typeorm/util/InstanceChecker';
import type { DatabaseOptions } from '../config/nauth-config';
import { dataSourceOptions } from './data-source-options';
import { DatabaseStartError } from './database-start-error';
import { Deadline, within } from './deadline';
import { ParameterlessLogger } from './parameterless-logger';

const CONNECT_MS = 10_000;
const LOCK_WAIT_SECONDS = 2;

export interface OpenDataSource {
  dataSource: DataSource;
  /** True when the toolkit opened it and so closes it. */
  owned: boolean;
}

/**
 * An initialised DataSource out of what the configuration gives: one of the host's, or options for one of our own.
 * @throws {DatabaseStartError} when it cannot be reached within 10 s
 */
export async function openDataSource(
  given: DataSource | DataSourceOptions | DatabaseOptions,
): Promise<OpenDataSource> {
  if (InstanceChecker.isDataSource(given)) {
    if (given.isInitialized) return { dataSource: given, owned: false };
    await initialize(given);
    return { dataSource: given, owned: true };
  }
  const dataSource = create(dataSourceOptions(given));
  await initialize(dataSource);
  try {
    await prepareOwn(dataSource);
  } catch (error) {
    await dataSource.destroy().catch(() => undefined);
    throw new DatabaseStartError(`cannot set up the connection to ${address(dataSource)}`, error);
  }
  return { dataSource, owned: true };
}

function create(options: DataSourceOptions): DataSource {
  try {
    const dataSource = new DataSource(options);
    dataSource.logger = new ParameterlessLogger(dataSource.logger);
    return dataSource;
  } catch (error) {
    // TypeORM loads the driver here, and names the package that is missing.
    throw new DatabaseStartError(`cannot load the driver for ${options.type}`, error);
  }
}

async function initialize(dataSource: DataSource): Promise<void> {
  const opening = dataSource.initialize();
  try {
    await within(new Deadline(CONNECT_MS), opening);
  } catch (error) {
    opening.then((late) => late.destroy()).catch(() => undefined);
    throw new DatabaseStartError(`cannot connect to ${address(dataSource)}`, error);
  }
}

async function prepareOwn(dataSource: DataSource): Promise<void> {
  const driver = dataSource.driver;
  if (driver instanceof MysqlDriver) {
    // The default of 50 s would keep a connection, and the rows it has locked, long after the caller was answered.
    const limit = `SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`;
    driver.pool?.on('connection', (connection: { query(sql: string): void }) => connection.query(limit));
    await dataSource.query(limit);
  }
  if (dataSource.options.type === 'better-sqlite3') await useWriteAheadLog(dataSource);
}

/** Readers and a writer of several processes do not block one another then. Only one process at a time can switch. */
async function useWriteAheadLog(dataSource: DataSource): Promise<void> {
  const deadline = new Deadline(CONNECT_MS);
  for (;;) {
    try {
      await dataSource.query('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (deadline.remaining() === 0) throw error;
      await sleep(20);
    }
  }
}

/** Where the database is, without user and password. */
function address(dataSource: DataSource): string {
  const { options } = dataSource;
  const url: unknown = Reflect.get(options, 'url');
  if (typeof url === 'string' && URL.canParse(url)) {
    const { host, pathname } = new URL(url);
    return `${options.type} at ${host}${pathname}`;
  }
  const parts = ['host', 'port', 'database'].map((name): unknown => Reflect.get(options, name));
  return `${options.type} at ${parts.filter((part) => typeof part === 'string' || typeof part === 'number').join(' ')}`;
}
