import { inBatches, type Clock } from '../../common';
import { NAuthException } from '../../errors';
import { entryKey, wholeLifetime } from '../entry-limits';
import { ExclusiveTask } from '../exclusive-task';
import type { CounterState, TransientStore } from '../transient-store';
import { mysqlStatements } from './mysql-statements';
import { retryConflict } from './retry-conflict';
import { returningStatements } from './returning-statements';
import { sqlRunner, type RunSql } from './sql-statement';
import type { TransientDatabase } from './transient-database';
import { textOf, type TransientStatements } from './transient-statements';

const SWEEP_INTERVAL_MS = 60_000;

/**
 * Transient state in the table `<prefix>transient` of the toolkit's database: entry_key (primary key), entry_value,
 * entry_count, expires_at_ms (epoch milliseconds by the toolkit's clock, indexed). Every change is one statement that
 * decides and writes, on PostgreSQL, MySQL 8, MariaDB and SQLite.
 *
 * Call it outside a unit of work: an attempt counted inside one is forgotten when the unit rolls back, and a consumed
 * value is there again (R021).
 *
 * Every method throws NAuthException SERVICE_UNAVAILABLE when the database cannot answer (R148).
 */
export class DatabaseTransientStore implements TransientStore {
  private readonly table: string;
  private readonly statements: TransientStatements;
  private readonly sweeper: ExclusiveTask;

  constructor(
    private readonly database: TransientDatabase,
    private readonly clock: Clock,
  ) {
    this.table = database.tableName('transient');
    this.statements = database.family === 'mysql' ? mysqlStatements : returningStatements;
    const sweep = (stopped: () => boolean): Promise<void> =>
      inBatches((limit) => this.deleteExpired(limit), stopped);
    this.sweeper = new ExclusiveTask(this, 'transient', sweep, SWEEP_INTERVAL_MS);
  }

  async increment(key: string, ttlMs: number): Promise<CounterState> {
    const entry = this.living(key, ttlMs);
    const { count, expires } = await this.run((run) => this.statements.increment(run, entry));
    // NaN would compare as "not above the limit".
    if (!(count >= 1) || !Number.isFinite(expires)) {
      throw new NAuthException('SERVICE_UNAVAILABLE', {
        retryAfter: 1,
        cause: new Error('unreadable counter'),
      });
    }
    return { count, ttlMs: Math.max(1, expires - entry.now) };
  }

  async decrement(key: string): Promise<void> {
    const entry = this.entry(key);
    await this.run((run) =>
      run(
        `UPDATE {table} SET entry_count = entry_count - 1
         WHERE entry_key = :key AND entry_count > 0 AND expires_at_ms > :now`,
        entry,
      ),
    );
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const entry = { ...this.living(key, ttlMs), value };
    await this.run((run) => this.statements.set(run, entry));
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    const entry = { ...this.living(key, ttlMs), value };
    return this.run((run) => this.statements.setIfAbsent(run, entry));
  }

  async get(key: string): Promise<string | null> {
    const entry = this.entry(key);
    const { rows } = await this.run((run) =>
      run('SELECT entry_value FROM {table} WHERE entry_key = :key AND expires_at_ms > :now', entry),
    );
    return textOf(rows, 'entry_value');
  }

  async take(key: string): Promise<string | null> {
    const entry = this.entry(key);
    return this.run((run) => this.statements.take(run, entry));
  }

  async compareAndDelete(key: string, value: string): Promise<boolean> {
    const entry = { ...this.entry(key), value };
    return this.run((run) => this.statements.compareAndDelete(run, entry));
  }

  async delete(key: string): Promise<void> {
    const values = { key: entryKey(key) };
    await this.run((run) => run('DELETE FROM {table} WHERE entry_key = :key', values));
  }

  async expire(key: string, ttlMs: number): Promise<boolean> {
    const entry = this.living(key, ttlMs);
    return this.run((run) => this.statements.expire(run, entry));
  }

  /**
   * Removes at most `limit` expired rows; how many it found. Deleting by key takes the locks in the order in which the
   * other statements take them, and asks again whether the row is expired: it may have been renewed meanwhile.
   */
  async deleteExpired(limit: number): Promise<number> {
    const now = this.clock.now();
    const expired = await this.run((run) =>
      run('SELECT entry_key FROM {table} WHERE expires_at_ms <= :now ORDER BY expires_at_ms LIMIT :limit', {
        now,
        limit,
      }),
    );
    const keys = expired.rows.map((row) => String(row.entry_key)).sort();
    if (keys.length === 0) return 0;
    const values = Object.fromEntries(keys.map((key, index) => [`key${index}`, key]));
    const list = Object.keys(values).map((name) => `:${name}`);
    await this.run((run) =>
      run(`DELETE FROM {table} WHERE entry_key IN (${list.join(', ')}) AND expires_at_ms <= :now`, {
        ...values,
        now,
      }),
    );
    return keys.length;
  }

  /** Starts the clean-up of expired rows, about once a minute, on one of several instances at a time. */
  async open(): Promise<void> {
    this.sweeper.start();
  }

  async close(): Promise<void> {
    await this.sweeper.stop();
  }

  private entry(key: string): { key: string; now: number } {
    return { key: entryKey(key), now: this.clock.now() };
  }

  private living(key: string, ttlMs: number): { key: string; now: number; expires: number } {
    const entry = this.entry(key);
    return { ...entry, expires: entry.now + wholeLifetime(ttlMs) };
  }

  private run<T>(work: (run: RunSql) => Promise<T>): Promise<T> {
    return this.database.execute((manager) => {
      return retryConflict(manager, () => work(sqlRunner(this.database.family, manager, this.table)));
    });
  }
}
