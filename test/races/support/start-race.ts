import type { HostName } from '../../hosts/arguments';
import { StartBarrier } from '../../support/host-process';
import { ask, LENIENT, PASSWORD, freshEmail, type Arena } from './arena';

const INSTANCES = 10;
const TABLES = ['users', 'password_credentials', 'sessions', 'audit_events', 'transient', 'migrations'];

/** RACE-16: ten servers start at once on an empty database. */
export async function startAtOnce(
  arena: Arena,
  hosts: readonly HostName[],
  broken?: string,
): Promise<object> {
  const names = Array.from({ length: INSTANCES }, (_, index) => hosts[index % hosts.length] ?? 'express');
  const servers = await arena
    .start(names, LENIENT, { broken, barrier: new StartBarrier(INSTANCES) })
    .catch(reasons);
  if (typeof servers === 'string') return { failed: servers };
  const account = { email: freshEmail(), password: PASSWORD };
  const signup = await ask(servers[0]?.url ?? '', '/auth/signup', account);
  const logins = await Promise.all(
    servers.map(({ url }) => ask(url, '/auth/login', { identifier: account.email, password: PASSWORD })),
  );
  const rows = await Promise.all(
    TABLES.map((table) => arena.number(`SELECT COUNT(*) AS n FROM nauth_${table}`)),
  );
  return {
    signup: signup.status,
    logins: logins.map(({ status }) => status),
    tables: rows.filter((count) => count >= 0).length,
    migrationsTwice: await arena.number('SELECT COUNT(*) - COUNT(DISTINCT name) AS n FROM nauth_migrations'),
    alive: servers.filter(({ isAlive, errors }) => isAlive && errors === '').length,
  };
}

/** What the servers that did not start have written. */
function reasons(error: unknown): string {
  return error instanceof AggregateError ? error.errors.map(String).join('\n') : String(error);
}

export const tenHealthy = {
  signup: 201,
  logins: Array.from({ length: INSTANCES }, () => 200),
  tables: TABLES.length,
  migrationsTwice: 0,
  alive: INSTANCES,
};
