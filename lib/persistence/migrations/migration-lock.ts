import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { DatabaseError, toDatabaseError } from '../database-error';
import { DatabaseStartError } from '../database-start-error';
import { Deadline } from '../deadline';
import type { DatabaseFamily } from '../entities';

const LOCK_MS = 60_000;
const POLL_MS = 50;

/**
 * Runs `work` on the runner while no other process runs its own for the same tables. The lock lives on the runner's own
 * connection and ends with it, so a killed process leaves none behind and a pool of one connection is enough. On
 * PostgreSQL and SQLite `work` is one transaction; MySQL keeps each DDL statement at once.
 * @throws {DatabaseStartError} when another process holds the lock for a minute
 */
export function withMigrationLock(
  family: DatabaseFamily,
  runner: QueryRunner,
  scope: string,
  work: () => Promise<void>,
): Promise<void> {
  const key = createHash('sha256').update(`nauth migrations ${scope}`).digest();
  switch (family) {
    case 'postgres':
      return withAdvisoryLock(runner, key, work);
    case 'mysql':
      return withNamedLock(runner, key, work);
    case 'sqlite':
      return withFileLock(runner, work);
  }
}

async function withAdvisoryLock(runner: QueryRunner, key: Buffer, work: () => Promise<void>): Promise<void> {
  // Each statement must see what the process before us has committed.
  await runner.startTransaction('READ COMMITTED');
  try {
    await runner.query('SET LOCAL statement_timeout = 0');
    await runner.query('SET LOCAL lock_timeout = 0');
    const id = key.readBigInt64BE().toString();
    await poll(async () => {
      const rows: unknown = await runner.query('SELECT pg_try_advisory_xact_lock($1::bigint) AS locked', [
        id,
      ]);
      return firstValue(rows, 'locked') === true;
    });
    await work();
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}

async function withNamedLock(runner: QueryRunner, key: Buffer, work: () => Promise<void>): Promise<void> {
  const name = `nauth:${key.toString('hex').slice(0, 48)}`;
  await poll(async () => {
    const rows: unknown = await runner.query('SELECT GET_LOCK(?, 1) AS locked', [name]);
    return Number(firstValue(rows, 'locked')) === 1;
  });
  try {
    await work();
  } finally {
    await runner.query('SELECT RELEASE_LOCK(?)', [name]).catch(() => undefined);
  }
}

async function withFileLock(runner: QueryRunner, work: () => Promise<void>): Promise<void> {
  await poll(async () => {
    try {
      await runner.startTransaction();
      return true;
    } catch (error) {
      const known = toDatabaseError(error);
      if (known instanceof DatabaseError && known.kind === 'retryable') return false;
      throw error;
    }
  });
  try {
    await work();
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}

async function poll(tryLock: () => Promise<boolean>): Promise<void> {
  const deadline = new Deadline(LOCK_MS);
  while (!(await tryLock())) {
    if (deadline.remaining() === 0) {
      throw new DatabaseStartError('another process has held the migration lock for a minute');
    }
    await sleep(POLL_MS);
  }
}

function firstValue(rows: unknown, column: string): unknown {
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
  return typeof row === 'object' && row !== null ? Reflect.get(row, column) : undefined;
}
