import type { DataSource } from 'typeorm';
import { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver';
import { SerialLock } from './serial-lock';
import { SerialQueryRunner } from './serial-query-runner';
import { runInSerialScope } from './serial-scope';

const serialized = new WeakSet<object>();

/**
 * Makes transactions and plain statements of a SQLite DataSource take turns. TypeORM runs them all through one runner on
 * one connection: parallel transactions fail there, and a plain write is rolled back together with somebody else's
 * transaction. Afterwards each runner is separate and holds a lock while it works. A second call does nothing.
 */
export function serializeDataSource(dataSource: DataSource): void {
  const driver = dataSource.driver;
  if (!(driver instanceof BetterSqlite3Driver) || serialized.has(driver)) return;
  serialized.add(driver);
  const lock = new SerialLock();
  driver.createQueryRunner = () => new SerialQueryRunner(driver, lock);

  const manager = dataSource.manager;
  const transaction: unknown = Reflect.get(manager, 'transaction');
  if (typeof transaction !== 'function') return;
  Object.defineProperty(manager, 'transaction', {
    configurable: true,
    value: (...args: unknown[]): Promise<unknown> =>
      runInSerialScope(() => Promise.resolve(Reflect.apply(transaction, manager, args))),
  });
}
