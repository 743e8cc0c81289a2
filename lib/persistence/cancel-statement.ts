import type { DataSource, QueryRunner } from 'typeorm';
import { type Deadline, within } from './deadline';

/**
 * Asks the server to stop what runs on a connection that is about to be closed. A server that waits for a lock does not
 * notice a closed socket: it would keep the locks that the unit holds for as long as it waits. Best effort: needs a
 * second connection, and does nothing when there is none in time. The connection is still open, so its number cannot
 * have passed to somebody else.
 */
export async function cancelStatement(
  dataSource: DataSource,
  connection: unknown,
  deadline: Deadline,
): Promise<void> {
  const statement = cancellation(connection);
  if (!statement) return;
  const runner = dataSource.createQueryRunner('master');
  const connecting = runner.connect();
  try {
    await within(deadline, connecting);
    await within(deadline, runner.query(statement));
  } catch {
    // The connection is closed in any case.
  } finally {
    connecting.then(() => release(runner)).catch(() => undefined);
  }
}

function cancellation(connection: unknown): string | undefined {
  if (typeof connection !== 'object' || connection === null) return undefined;
  const process: unknown = Reflect.get(connection, 'processID');
  if (Number.isSafeInteger(process)) {
    // A connection pooler in between makes up numbers: only a waiting statement of our own role is stopped.
    return (
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = ${String(process)} ` +
      "AND usename = current_user AND wait_event_type = 'Lock'"
    );
  }
  const thread: unknown = Reflect.get(connection, 'threadId');
  return Number.isSafeInteger(thread) ? `KILL QUERY ${String(thread)}` : undefined;
}

function release(runner: QueryRunner): Promise<void> {
  return runner.isReleased ? Promise.resolve() : runner.release();
}
