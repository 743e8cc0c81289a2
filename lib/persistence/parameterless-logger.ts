import type { Logger, QueryRunner } from 'typeorm';
import { DatabaseError, toDatabaseError } from './database-error';

/**
 * Hands statements on to a logger without their parameters, among which are hashes, addresses and names, and of what
 * failed only the code: drivers repeat values in their messages (R127).
 */
export class ParameterlessLogger implements Logger {
  constructor(private readonly inner: Logger) {}

  logQuery(query: string, _parameters?: unknown, runner?: QueryRunner): void {
    this.inner.logQuery(query, undefined, runner);
  }

  logQueryError(error: string | Error, query: string, _parameters?: unknown, runner?: QueryRunner): void {
    this.inner.logQueryError(codeOf(error), query, undefined, runner);
  }

  logQuerySlow(time: number, query: string, _parameters?: unknown, runner?: QueryRunner): void {
    this.inner.logQuerySlow(time, query, undefined, runner);
  }

  logSchemaBuild(message: string, runner?: QueryRunner): void {
    this.inner.logSchemaBuild(message, runner);
  }

  logMigration(message: string, runner?: QueryRunner): void {
    this.inner.logMigration(message, runner);
  }

  log(level: 'log' | 'info' | 'warn', message: unknown, runner?: QueryRunner): void {
    this.inner.log(level, message, runner);
  }
}

/** Drivers' own errors come here, before TypeORM wraps them. */
function codeOf(error: string | Error): string {
  if (typeof error === 'string') return 'failed';
  const safe = toDatabaseError(error);
  if (safe instanceof DatabaseError) return safe.driverCode;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' && /^\w+$/.test(code) ? code : error.name;
}
