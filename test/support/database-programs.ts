import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';
import type { ServerEngineName } from './services';

/** Where packages of systems put servers that they do not put into the path; the newest version first. */
function folders(): string[] {
  const versions = '/usr/lib/postgresql';
  const found = existsSync(versions) ? readdirSync(versions).sort((a, b) => Number(b) - Number(a)) : [];
  return [
    ...(process.env.PATH ?? '').split(delimiter),
    ...found.map((version) => join(versions, version, 'bin')),
    ...['/usr/sbin', '/usr/local/sbin', '/usr/local/pgsql/bin', '/opt/homebrew/bin'],
  ];
}

function findProgram(name: string): string | undefined {
  return folders()
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

/** The programs of one engine: the one that makes a data folder, and the server. */
export interface DatabasePrograms {
  install: string;
  server: string;
}

export function databasePrograms(engine: ServerEngineName): DatabasePrograms | undefined {
  const [install, server] = (
    engine === 'postgres' ? ['initdb', 'postgres'] : ['mariadb-install-db', 'mariadbd']
  ).map(findProgram);
  return install !== undefined && server !== undefined ? { install, server } : undefined;
}

/** The account that the servers run as: they refuse to be root. Undefined where this process is not root itself. */
export function serverAccount(
  engine: ServerEngineName,
): { name: string; uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const name = engine === 'postgres' ? 'postgres' : 'mysql';
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout),
  );
  if (!uid || !gid) throw new Error(`there is no account ${name} that the server could run as`);
  return { name, uid, gid };
}

/**
 * `describe` for a suite that starts a database server of its own, to kill it. Where the programs are absent it is skipped
 * with a message in its title; with CI=true it runs, and fails.
 */
export function describeOwnDatabase(engine: ServerEngineName, title: string, suite: () => void): void {
  const isEmbedded = process.env.NAUTH_TEST_SCOPE === 'embedded' && process.env.CI !== 'true';
  if (isEmbedded) describe.skip(`${title} - SKIPPED: npm run test:all runs it`, suite);
  else if (databasePrograms(engine) ?? process.env.CI === 'true') describe(title, suite);
  else describe.skip(`${title} - SKIPPED: no server programs of ${engine}`, suite);
}
