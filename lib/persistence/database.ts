import { AsyncLocalStorage } from 'node:async_hooks';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { RepeatUnitError, type UnitOfWork } from '../common';
import { type RequestState, WaitBudget } from '../context';
import { NAuthException } from '../errors';
import { ConnectionLease } from './connection-lease';
import { ConnectionScope } from './connection-scope';
import { DatabaseError, toDatabaseError } from './database-error';
import { Deadline, DeadlinePassedError, within } from './deadline';
import type { DatabaseFamily, Entities } from './entities';
import { type TableName, tableName } from './entities';
import { runInSerialScope, runOutsideSerialScope } from './sqlite';

/** Time for an answer; what then remains of the 3 s of R148 is for the rest of the request. */
const DEADLINE_MS = 2500;
/** The same for all that one request asks for, so that the request is answered within 5 s however slow the database is. */
const REQUEST_MS = 3500;
const ROLLBACK_MS = 500;
const MAX_RETRIES = 3;
const CLOSE_MS = 5000;

export interface DatabaseParts {
  dataSource: DataSource;
  family: DatabaseFamily;
  tablePrefix: string;
  entities: Entities;
  /** True when the toolkit opened the DataSource and so closes it. */
  ownsDataSource: boolean;
  /** The request on whose behalf the calling code runs, if there is one. */
  currentRequest?: () => RequestState | undefined;
}

/**
 * The way to the database for everything in the toolkit. Calls inside `run` share one connection and one transaction
 * through the async context; calls outside take a connection each. Every call answers or fails within 3 s, and all calls
 * of one request together within 5 s.
 */
export class Database implements UnitOfWork {
  readonly dataSource: DataSource;
  readonly family: DatabaseFamily;
  readonly entities: Entities;
  private readonly tablePrefix: string;
  private readonly ownsDataSource: boolean;
  private readonly currentRequest: () => RequestState | undefined;
  private readonly scopes = new AsyncLocalStorage<ConnectionScope | undefined>();
  private active = 0;
  private closed = false;

  constructor(parts: DatabaseParts) {
    this.dataSource = parts.dataSource;
    this.family = parts.family;
    this.entities = parts.entities;
    this.tablePrefix = parts.tablePrefix;
    this.ownsDataSource = parts.ownsDataSource;
    this.currentRequest = parts.currentRequest ?? (() => undefined);
  }

  /** One of the toolkit's tables as SQL text: with prefix and, where there is one, schema; quoted. */
  tableName(table: TableName): string {
    const { tablePath } = this.dataSource.getMetadata(tableName(this.tablePrefix, table));
    return tablePath
      .split('.')
      .map((part) => this.dataSource.driver.escape(part))
      .join('.');
  }

  get isRunning(): boolean {
    const scope = this.scopes.getStore();
    return scope?.isUnit === true && scope.isJoinable;
  }

  /**
   * Runs `work` as one transaction; inside a running unit it joins that one. After a deadlock or a conflict the server
   * has undone everything and `work` is called again, at most three times: what it does outside the database must bear
   * that. So it is when `work` asks for it by a RepeatUnitError. A unit in which any statement failed is never kept.
   * @throws {NAuthException} SERVICE_UNAVAILABLE; also when the outcome of COMMIT is not known (R049, R148)
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const scope = this.joinable();
    if (scope?.isUnit) return work();
    if (scope) throw new Error('A unit of work cannot start inside Database.execute.');
    let tasks: readonly (() => Promise<void>)[] = [];
    const result = await this.withRetries((deadline) =>
      this.onConnection(deadline, true, async (_manager, unit) => {
        // A unit that is tried again starts from nothing.
        tasks = unit.tasks;
        return work();
      }),
    );
    await Promise.all(tasks.map((task) => task()));
    return result;
  }

  afterCommit(notice: () => void): void {
    if (this.isRunning) this.scopes.getStore()?.notices.push(notice);
    else notice();
  }

  async afterUnit(task: () => Promise<void>): Promise<void> {
    if (this.isRunning) this.scopes.getStore()?.tasks.push(task);
    else await task();
  }

  outside<T>(work: () => T): T {
    return this.scopes.run(undefined, () => runOutsideSerialScope(work));
  }

  /**
   * Runs one statement, or a few, on the connection of the running unit or on one of its own. Statements outside of a
   * unit are not one transaction. After a deadlock or a conflict `work` is called again, at most three times.
   * @throws {NAuthException} SERVICE_UNAVAILABLE
   * @throws {UniqueViolationError}
   * @throws {DatabaseError} for anything else that the database refused, without the statement and its parameters
   */
  async execute<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const scope = this.joinable();
    if (!scope) {
      return this.withRetries((deadline) => this.onConnection(deadline, false, (manager) => work(manager)));
    }
    try {
      return await work(scope.manager);
    } catch (error) {
      throw publicError(error);
    }
  }

  /** Waits for running work, at most 5 s, and closes the DataSource if it is the toolkit's own. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const deadline = new Deadline(CLOSE_MS);
    while (this.active > 0 && deadline.remaining() > 0) await sleep(10);
    if (this.ownsDataSource && this.dataSource.isInitialized) {
      await within(new Deadline(CLOSE_MS), this.dataSource.destroy()).catch(() => undefined);
    }
    this.scopes.disable();
  }

  private joinable(): ConnectionScope | undefined {
    const scope = this.scopes.getStore();
    if (!scope?.isJoinable) return undefined;
    if (scope.state === 'expired') throw unavailable(new DeadlinePassedError());
    return scope;
  }

  private async withRetries<T>(attempt: (deadline: Deadline) => Promise<T>): Promise<T> {
    const waits = this.requestWaits();
    const allowed = Math.min(DEADLINE_MS, waits?.remaining() ?? DEADLINE_MS);
    if (allowed === 0) throw unavailable(new DeadlinePassedError());
    const start = performance.now();
    try {
      return await this.retry(attempt, new Deadline(allowed));
    } finally {
      waits?.spend(performance.now() - start);
    }
  }

  private requestWaits(): WaitBudget | undefined {
    const request = this.currentRequest();
    if (request) request.databaseWaits ??= new WaitBudget(REQUEST_MS);
    return request?.databaseWaits;
  }

  private async retry<T>(attempt: (deadline: Deadline) => Promise<T>, deadline: Deadline): Promise<T> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await attempt(deadline);
      } catch (error) {
        if (!isRetryable(error) || retries === MAX_RETRIES || deadline.remaining() === 0)
          throw publicError(error);
        // Spread out, or those that met once meet again.
        await sleep(randomInt(1, 10 * (retries + 2)));
      }
    }
  }

  private async onConnection<T>(
    deadline: Deadline,
    isUnit: boolean,
    work: (manager: EntityManager, scope: ConnectionScope) => Promise<T>,
  ): Promise<T> {
    if (this.closed || !this.dataSource.isInitialized) throw unavailable();
    const lease = await this.lease(deadline);
    const scope = new ConnectionScope(lease, isUnit);
    this.active += 1;
    try {
      const perform = (): Promise<T> =>
        this.scopes.run(scope, () =>
          isUnit ? this.transaction(lease, scope, work) : work(lease.manager, scope),
        );
      const onOneConnection = isUnit && this.family === 'sqlite';
      const result = await within(deadline, onOneConnection ? runInSerialScope(perform) : perform());
      scope.state = 'ended';
      await lease.release();
      return result;
    } catch (error) {
      scope.state = error instanceof DeadlinePassedError ? 'expired' : 'ended';
      if (scope.state === 'expired') lease.discard();
      await lease.rollback(new Deadline(ROLLBACK_MS));
      await lease.release();
      throw lease.failure === undefined ? error : causeOf(lease.failure, error);
    } finally {
      this.active -= 1;
    }
  }

  private async lease(deadline: Deadline): Promise<ConnectionLease> {
    try {
      return await ConnectionLease.open(this.dataSource, deadline);
    } catch (error) {
      throw unavailable(error);
    }
  }

  private async transaction<T>(
    lease: ConnectionLease,
    scope: ConnectionScope,
    work: (manager: EntityManager, scope: ConnectionScope) => Promise<T>,
  ): Promise<T> {
    await lease.begin();
    const result = await work(lease.manager, scope);
    if (lease.failure !== undefined) throw lease.failure;
    try {
      await lease.commit();
    } catch (error) {
      // A refusal by the server is certain; after anything else nobody knows whether the commit took place.
      throw isRetryable(error) ? error : unavailable(error);
    }
    for (const notice of scope.notices) notice();
    return result;
  }
}

function isRetryable(error: unknown): boolean {
  if (error instanceof RepeatUnitError) return true;
  const known = toDatabaseError(error);
  return known instanceof DatabaseError && known.kind === 'retryable';
}

/** A conflict in the database decides over whatever the work made of it: only so can the unit be tried again. */
function causeOf(failure: unknown, thrown: unknown): unknown {
  return isRetryable(failure) ? failure : thrown;
}

function publicError(error: unknown): unknown {
  if (error instanceof DeadlinePassedError) return unavailable(error);
  if (error instanceof RepeatUnitError) return unavailable(error.cause);
  const known = toDatabaseError(error);
  if (known instanceof DatabaseError && (known.kind === 'retryable' || known.kind === 'unavailable')) {
    return unavailable(known);
  }
  return known;
}

function unavailable(cause?: unknown): NAuthException {
  return new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1, cause: toDatabaseError(cause) });
}
