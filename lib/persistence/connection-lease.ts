import { EventEmitter } from 'node:events';
import {
  type DataSource,
  type EntityManager,
  type QueryRunner,
  QueryRunnerAlreadyReleasedError,
} from 'typeorm';
import { cancelStatement } from './cancel-statement';
import { Deadline, within } from './deadline';

const CANCEL_MS = 500;

/**
 * One connection, taken from the pool for one statement or unit. It remembers the first statement that failed: after a
 * failure PostgreSQL answers COMMIT with a silent rollback, so such a unit must not be reported as kept.
 */
export class ConnectionLease {
  /** What the first failed statement threw. */
  failure: unknown;
  private closed = false;
  private running = 0;

  private constructor(
    private readonly dataSource: DataSource,
    private readonly runner: QueryRunner,
    private readonly connection: unknown,
  ) {
    this.watch();
  }

  /**
   * A connection from the primary. One that arrives after the deadline goes straight back to the pool.
   * @throws {DeadlinePassedError}
   */
  static async open(dataSource: DataSource, deadline: Deadline): Promise<ConnectionLease> {
    const runner = dataSource.createQueryRunner('master');
    const connecting = (async (): Promise<unknown> => runner.connect())();
    try {
      return new ConnectionLease(dataSource, runner, await within(deadline, connecting));
    } catch (error) {
      connecting.then(() => runner.release()).catch(() => undefined);
      throw error;
    }
  }

  get manager(): EntityManager {
    return this.runner.manager;
  }

  async begin(): Promise<void> {
    await this.runner.startTransaction();
  }

  async commit(): Promise<void> {
    await this.runner.commitTransaction();
  }

  /** Undoes the open transaction; a connection that cannot even do that is closed. */
  async rollback(deadline: Deadline): Promise<void> {
    if (!this.runner.isTransactionActive || this.closed) return;
    try {
      await within(deadline, this.runner.rollbackTransaction());
    } catch {
      this.discard();
    }
  }

  /** Gives the connection back to the pool. */
  async release(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.runner.release();
  }

  /**
   * Closes the connection instead of giving it back: it may hold an open transaction, or a statement that hangs. The
   * server undoes what was not committed.
   */
  discard(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.running === 0) this.destroy();
    else {
      cancelStatement(this.dataSource, this.connection, new Deadline(CANCEL_MS))
        .catch(() => undefined)
        .finally(() => this.destroy());
    }
  }

  private destroy(): void {
    if (isDestroyable(this.connection)) {
      this.connection.destroy();
    } else if (this.connection instanceof EventEmitter && this.connection.listenerCount('error') > 0) {
      // The one way to make TypeORM hand a PostgreSQL client back to its pool as broken.
      this.connection.emit('error', new Error('closed: no answer in time'));
    }
    this.runner.release().catch(() => undefined);
  }

  private watch(): void {
    const runner = this.runner;
    const query: unknown = Reflect.get(runner, 'query');
    if (typeof query !== 'function') return;
    const watched = async (...args: unknown[]): Promise<unknown> => {
      if (this.closed) throw new QueryRunnerAlreadyReleasedError();
      this.running += 1;
      try {
        return await Reflect.apply(query, runner, args);
      } catch (error) {
        this.failure ??= error;
        throw error;
      } finally {
        this.running -= 1;
      }
    };
    Object.defineProperty(runner, 'query', { configurable: true, value: watched });
  }
}

// mysql2 connections; a pg client has no such method.
function isDestroyable(connection: unknown): connection is { destroy(): void } {
  return (
    typeof connection === 'object' &&
    connection !== null &&
    typeof Reflect.get(connection, 'destroy') === 'function'
  );
}
