import { TypeORMError } from 'typeorm';

export type DatabaseErrorKind = 'unique' | 'retryable' | 'unavailable' | 'other';

/** What a driver said, reduced to what is safe to log: never the statement or its parameters (R127). */
export class DatabaseError extends Error {
  constructor(
    readonly kind: DatabaseErrorKind,
    /** The driver's code: SQLSTATE, ER_..., SQLITE_... or a system error. */
    readonly driverCode: string,
  ) {
    super(`The database refused or failed a statement (${driverCode}).`);
    this.name = 'DatabaseError';
  }
}

/** A unique index refused a row. `columns` are the names of its columns in the database, as far as they are known. */
export class UniqueViolationError extends DatabaseError {
  constructor(
    driverCode: string,
    /** Name of the index (PostgreSQL, MySQL) or `table.column` (SQLite). */
    readonly constraint: string,
  ) {
    super('unique', driverCode);
    this.name = 'UniqueViolationError';
  }
}

// A deadlock or a conflict of snapshots: the server has undone the transaction, and a new attempt may succeed.
const RETRYABLE = new Set([
  '40001',
  '40P01',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
  'SQLITE_BUSY_RECOVERY',
  'SQLITE_LOCKED',
]);

// SQLSTATE classes 08 connection, 53 resources, 57 operator intervention, 58 system; lock and read-only states.
const UNAVAILABLE =
  /^(?:08...|53...|57...|58...|55P03|25006|25P0[34]|SQLITE_(?:IOERR|FULL|CANTOPEN|READONLY|NOTADB|CORRUPT|INTERRUPT|PROTOCOL)(?:_.*)?|PROTOCOL_.*|POOL_.*|ER_(?:CON_COUNT_ERROR|TOO_MANY_USER_CONNECTIONS|SERVER_SHUTDOWN|QUERY_INTERRUPTED|QUERY_TIMEOUT|CONNECTION_KILLED|NEW_ABORTING_CONNECTION|STATEMENT_TIMEOUT|OPTION_PREVENTS_STATEMENT|CANT_EXECUTE_IN_READ_ONLY_TRANSACTION|READ_ONLY_MODE|OUT_OF_RESOURCES|DISK_FULL|RECORD_FILE_FULL|NET_.*|ABORTING_CONNECTION)|ECONN[A-Z]+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_[A-Z]+|E(?:HOST|NET)[A-Z]+|EADDRNOTAVAIL|ENOENT|EMFILE|ENFILE)$/;

// pg and mysql2 give no code for these.
const UNAVAILABLE_TEXT =
  /connection terminated|timeout exceeded when trying to connect|not queryable|after calling end|closed state|pool is closed|connection lost|query read timeout|timeout expired|server closed the connection/i;

// TypeORM's words for a connection that is gone.
const LOST_RUNNER = new Set([
  'QueryRunnerAlreadyReleasedError',
  'QueryRunnerProviderAlreadyReleasedError',
  'CannotExecuteNotConnectedError',
  'ConnectionIsNotSetError',
]);

/** The safe form of whatever a driver or TypeORM threw; errors of other origin as they are. */
export function toDatabaseError(error: unknown): unknown {
  if (error instanceof DatabaseError) return error;
  if (!isDriverError(error)) return error;
  const code = driverCode(error);
  const constraint = uniqueConstraint(error, code);
  if (constraint !== undefined) return new UniqueViolationError(code, constraint);
  return new DatabaseError(kindOf(error, code), code);
}

/** One line on why a connection failed, for the error that stops the start. */
export function connectionProblem(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  const text = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error);
  const code = driverCode(error);
  return text.includes(code) || code === error.name ? text : `${code}: ${text}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function kindOf(error: Error, code: string): DatabaseErrorKind {
  if (RETRYABLE.has(code)) return 'retryable';
  if (UNAVAILABLE.test(code) || LOST_RUNNER.has(error.name)) return 'unavailable';
  // mysql2 marks errors after which the connection is unusable.
  if (Reflect.get(cause(error), 'fatal') === true) return 'unavailable';
  return UNAVAILABLE_TEXT.test(cause(error).message) ? 'unavailable' : 'other';
}

// By shape as well as by class: the host's DataSource may come from another copy of TypeORM.
function isDriverError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return error instanceof TypeORMError || hasDriverError(error) || LOST_RUNNER.has(error.name);
}

function hasDriverError(error: Error): error is Error & { driverError: Error } {
  return Reflect.get(error, 'driverError') instanceof Error;
}

function cause(error: Error): Error {
  return hasDriverError(error) ? error.driverError : error;
}

function driverCode(error: Error): string {
  const source = cause(error);
  const code: unknown = Reflect.get(source, 'code') ?? Reflect.get(source, 'errno');
  return typeof code === 'string' && code !== ''
    ? code
    : typeof code === 'number'
      ? `errno ${code}`
      : error.name;
}

function uniqueConstraint(error: Error, code: string): string | undefined {
  const source = cause(error);
  if (code === '23505') {
    const name: unknown = Reflect.get(source, 'constraint');
    return typeof name === 'string' ? name : '';
  }
  if (code === 'ER_DUP_ENTRY') {
    // The duplicate value stands in the text too, so only the end of it is trusted. MySQL 8 says table.index.
    return /for key '(?:[^'.]*\.)?([^'.]*)'$/.exec(source.message)?.[1] ?? '';
  }
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') {
    return /UNIQUE constraint failed: ([\w.]+)/.exec(source.message)?.[1] ?? '';
  }
  return undefined;
}
