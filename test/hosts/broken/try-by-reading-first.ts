import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Surgery } from './break-on-purpose';

/** The mistake: the tries of a challenge and of its code are read, increased here, and written back. */
export function tryByReadingFirst({ part, dataSource }: Surgery): void {
  Reflect.set(part('nauth.challengeRepository'), 'countAttempt', (id: string) =>
    count(dataSource, 'nauth_challenge_sessions', `id = '${id}'`),
  );
  Reflect.set(part('nauth.oneTimeCodeRepository'), 'countAttempt', (purpose: string, subject: string) =>
    count(dataSource, 'nauth_one_time_codes', `purpose = '${purpose}' AND subject = '${subject}'`),
  );
}

async function count(dataSource: DataSource, table: string, where: string): Promise<boolean> {
  const [row]: Record<string, unknown>[] = await dataSource.query(
    `SELECT attempts, max_attempts FROM ${table} WHERE ${where}`,
  );
  const attempts = Number(row?.['attempts']);
  if (attempts >= Number(row?.['max_attempts'])) return false;
  // Long enough for the next ones to read the same, of the few that a server has in hand at once.
  await sleep(300);
  await dataSource.query(`UPDATE ${table} SET attempts = ${attempts + 1} WHERE ${where}`);
  return true;
}
