import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueryFailedError, type EntityManager } from 'typeorm';
import { NAuthException } from '../../errors';

/** PostgreSQL: serialization_failure and deadlock_detected; MySQL and MariaDB: deadlock, row changed since the read. */
const CONFLICTS = new Set(['40001', '40P01', 'ER_LOCK_DEADLOCK', 'ER_CHECKREAD']);
/** Below the 3 s in which the database has to answer (R148). */
const PATIENCE_MS = 2_000;
const LONGEST_PAUSE_MS = 60;

/**
 * Repeats work that the engine refused as a conflict with a neighbour, for up to 2 s. The refused statement has changed
 * nothing when it was a transaction of its own; inside a unit of work the engine has dropped the whole unit, so there the
 * error passes on.
 * @throws {NAuthException} SERVICE_UNAVAILABLE when it is still refused then
 */
export async function retryConflict<T>(manager: EntityManager, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error) || manager.queryRunner?.isTransactionActive) throw error;
      const pause = randomInt(1, Math.min(10 * tries, LONGEST_PAUSE_MS));
      if (performance.now() + pause > end) {
        throw new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1, cause: error });
      }
      await sleep(pause);
    }
  }
}

function isConflict(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const code: unknown = Reflect.get(error.driverError, 'code');
  return typeof code === 'string' && CONFLICTS.has(code);
}
