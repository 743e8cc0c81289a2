import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { describe } from 'vitest';
import type { DatabaseOptions } from '../../lib/config/nauth-config';

export type EngineName = 'sqlite' | 'postgres' | 'mariadb';
export type ServerEngineName = Exclude<EngineName, 'sqlite'>;

/** Every engine that a suite should run on, whether it is there or not. */
export const engines: readonly EngineName[] = ['sqlite', 'postgres', 'mariadb'];

export const postgresUrl = process.env.NAUTH_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';
export const mariadbUrl = process.env.NAUTH_TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test';
/** The program that suites start which need Redis servers of their own. */
export const redisServerProgram = process.env.NAUTH_TEST_REDIS_SERVER ?? 'redis-server';
export const redisUrl = process.env.NAUTH_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/** Plain `npm test` is quick and needs no service; `npm run test:all` and CI run the suites on servers too. */
export const isEmbeddedOnly = process.env.NAUTH_TEST_SCOPE === 'embedded' && process.env.CI !== 'true';

/** Files of databases lie in memory where that can be: what is written has to outlive a process, not the machine. */
const fileFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export interface TestDatabase {
  engine: EngineName;
  options: DatabaseOptions;
  /** Removes it with everything in it. */
  drop(): Promise<void>;
}

/** A database of its own for one suite: a file, a PostgreSQL database or a MariaDB database. */
export async function createTestDatabase(
  engine: EngineName,
  poolSize?: number,
  name = `nauth_${randomBytes(6).toString('hex')}`,
): Promise<TestDatabase> {
  if (engine === 'sqlite') {
    const folder = await mkdtemp(join(fileFolder, 'nauth-'));
    return {
      engine,
      options: { type: 'sqlite', url: join(folder, `${name}.sqlite`) },
      drop: () => rm(folder, { recursive: true, force: true }),
    };
  }
  await administer(engine, `CREATE DATABASE ${name}`);
  const force = engine === 'postgres' ? ' WITH (FORCE)' : '';
  return {
    engine,
    options: { type: engine, url: withDatabase(serverUrl(engine), name), poolSize },
    drop: async () => {
      await administer(engine, `DROP DATABASE IF EXISTS ${name}${force}`);
    },
  };
}

/** `describe` once for each engine; see describeEngine. */
export function describeEachEngine(title: string, suite: (engine: EngineName) => void): void {
  for (const engine of engines) describeEngine(engine, `${title} (${engine})`, () => suite(engine));
}

/**
 * `describe` for a suite that needs one engine. Where the engine is absent the suite is skipped with a message in its
 * title; with CI=true it runs, and fails.
 */
export function describeEngine(engine: EngineName, title: string, suite: () => void): void {
  if (engine === 'sqlite') describe(title, suite);
  else describeIf(presence[engine] === true, engine, title, suite);
}

/** The same for Redis. */
export function describeRedis(title: string, suite: () => void): void {
  describeIf(presence.redis === true, 'Redis', title, suite);
}

/** The same for a suite that starts Redis servers of its own, to kill them. */
export function describeOwnRedis(title: string, suite: () => void): void {
  describeIf(ownRedis, 'redis-server program', title, suite);
}

/** Whether the server of this engine answers. */
export function isPresent(engine: ServerEngineName): boolean {
  return presence[engine] === true;
}

function describeIf(present: boolean, name: string, title: string, suite: () => void): void {
  if (isEmbeddedOnly) describe.skip(`${title} - SKIPPED: needs ${name}, npm run test:all runs it`, suite);
  else if (present || process.env.CI === 'true') describe(title, suite);
  else describe.skip(`${title} - SKIPPED: no ${name}`, suite);
}

/** One statement on the server's own test database. */
export async function administer(
  engine: ServerEngineName,
  statement: string,
): Promise<Record<string, string>[]> {
  const dataSource = new DataSource({ type: engine, url: serverUrl(engine), poolSize: 1 });
  await dataSource.initialize();
  try {
    return await dataSource.query<Record<string, string>[]>(statement);
  } finally {
    await dataSource.destroy();
  }
}

export function serverUrl(engine: ServerEngineName): string {
  return engine === 'postgres' ? postgresUrl : mariadbUrl;
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

// Suites are declared synchronously, so the ports are tried in a process of their own.
const PROBE = `
const targets = JSON.parse(process.argv[1]);
const tries = Object.entries(targets).map(([name, { host, port }]) => new Promise((done) => {
  const socket = require('node:net').connect({ host, port, timeout: 1000 });
  const end = (present) => { socket.destroy(); done([name, present]); };
  socket.once('connect', () => end(true)).once('error', () => end(false)).once('timeout', () => end(false));
}));
Promise.all(tries).then((found) => console.log(JSON.stringify(Object.fromEntries(found))));
`;

function probe(): Record<string, boolean> {
  const targets = {
    postgres: endpoint(postgresUrl, 5432),
    mariadb: endpoint(mariadbUrl, 3306),
    redis: endpoint(redisUrl, 6379),
  };
  const output = execFileSync(process.execPath, ['-e', PROBE, JSON.stringify(targets)], { encoding: 'utf8' });
  const found: Record<string, boolean> = JSON.parse(output);
  return found;
}

function endpoint(url: string, port: number): { host: string; port: number } {
  const parsed = new URL(url);
  return { host: parsed.hostname, port: Number(parsed.port) || port };
}

const presence: Record<string, boolean> = isEmbeddedOnly ? {} : probe();
const ownRedis = !isEmbeddedOnly && spawnSync(redisServerProgram, ['--version']).status === 0;
