import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ObjectLiteral, QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner';
import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel';
import { Deadline } from '../deadline';
import type { SerialLock } from './serial-lock';

const OTHER_PROCESS_MS = 5000;
const WRITE = /^\s*(?:INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP)\b/i;
const CONTROL = new Set(['BEGIN TRANSACTION', 'COMMIT', 'ROLLBACK']);

/**
 * A query runner of its own on the one connection of a SQLite DataSource: it holds the lock during a statement, or
 * from the outer BEGIN to the outer COMMIT or ROLLBACK.
 */
export class SerialQueryRunner extends BetterSqlite3QueryRunner {
  private holding = false;
  private releases = 0;

  constructor(
    driver: BetterSqlite3Driver,
    private readonly lock: SerialLock,
  ) {
    super(driver);
  }

  // The result type is TypeORM's: it differs with the third parameter.
  override async query(text: string, parameters?: unknown[] | ObjectLiteral, useStructuredResult?: boolean) {
    if (this.holding) {
      return CONTROL.has(text) ? this.control(text) : super.query(text, parameters, useStructuredResult);
    }
    await this.enter(false);
    try {
      if (!WRITE.test(text)) return await super.query(text, parameters, useStructuredResult);
      await this.begin();
      try {
        const result = await super.query(text, parameters, useStructuredResult);
        await this.send('COMMIT');
        return result;
      } catch (error) {
        await this.undo();
        throw error;
      }
    } finally {
      this.lock.release();
    }
  }

  override async startTransaction(isolationLevel?: IsolationLevel): Promise<void> {
    if (this.holding) return super.startTransaction(isolationLevel);
    await this.enter(true);
    this.holding = true;
    try {
      await super.startTransaction(isolationLevel);
    } catch (error) {
      this.isTransactionActive = false;
      this.letGo();
      throw error;
    }
  }

  override async commitTransaction(): Promise<void> {
    await super.commitTransaction();
    if (this.transactionDepth === 0) this.letGo();
  }

  override async rollbackTransaction(): Promise<void> {
    const outermost = this.transactionDepth <= 1;
    try {
      await super.rollbackTransaction();
    } finally {
      if (outermost) this.letGo();
    }
  }

  /** Also ends a transaction that was left open, and whatever still waits for the lock. */
  override async release(): Promise<void> {
    this.releases += 1;
    this.lock.cancel(this);
    if (this.holding && this.isTransactionActive && this.transactionDepth > 0) {
      await this.undo();
      this.isTransactionActive = false;
      this.transactionDepth = 0;
      this.letGo();
    }
    await super.release();
  }

  /** Takes the lock; gives it back at once when the runner was released while it waited. */
  private async enter(forTransaction: boolean): Promise<void> {
    const before = this.releases;
    await this.lock.acquire(this, forTransaction);
    if (this.releases === before) return;
    this.lock.release();
    throw new QueryRunnerAlreadyReleasedError();
  }

  private letGo(): void {
    if (!this.holding) return;
    this.holding = false;
    this.lock.release();
  }

  private async control(text: string): Promise<void> {
    this.dataSource.logger.logQuery(text, [], this);
    await (text === 'BEGIN TRANSACTION' ? this.begin() : this.send(text));
  }

  /**
   * Takes SQLite's own write lock, and waits for other processes without blocking the event loop. A deferred transaction
   * that reads first and writes later would fail as soon as another process wrote in between.
   */
  private async begin(): Promise<void> {
    const deadline = new Deadline(OTHER_PROCESS_MS);
    const before = this.releases;
    for (;;) {
      try {
        await this.send('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (this.releases !== before) throw new QueryRunnerAlreadyReleasedError();
        if (!isBusy(error) || deadline.remaining() === 0) throw error;
      }
      await sleep(randomInt(2, 20));
      if (this.releases !== before) throw new QueryRunnerAlreadyReleasedError();
    }
  }

  /**
   * Sends a statement without preparing it: libsql does not reset a prepared statement that was refused as busy, and the
   * connection could not commit any more until that is collected.
   */
  private async send(text: string): Promise<void> {
    const connection: { exec(text: string): unknown } = await this.connect();
    try {
      connection.exec(text);
    } catch (error) {
      throw new QueryFailedError(text, [], error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async undo(): Promise<void> {
    // SQLite ends a transaction by itself after some errors; there is nothing left to roll back then.
    await this.send('ROLLBACK').catch(() => undefined);
  }
}

function isBusy(error: unknown): boolean {
  const code: unknown =
    error instanceof QueryFailedError ? Reflect.get(error.driverError, 'code') : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY');
}
