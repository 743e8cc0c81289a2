import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { HostName } from '../../hosts/arguments';
import type { HarnessFile } from '../../hosts/harness-file';
import { dataSourceOptions } from '../../../lib/persistence/data-source-options';
import { startHost, type HostProcess, type StartOptions } from '../../support/host-process';
import type { RedisProcess } from '../../support/redis-process';
import { ORIGIN, RP_ID } from '../../support/passkeys/software-authenticator';
import { createTestDatabase, type EngineName, type TestDatabase } from '../../support/services';

import { countersInDatabase, countersInRedis, type CounterFacts } from './limiter-counters';

export const PASSWORD = 'correct horse battery staple';

/** What the servers of a race are set to. */
export interface Rules {
  graceSeconds: number;
  /** Wrong passwords until an account is locked; undefined where none is. */
  maxAttempts?: number;
  signup?: HarnessFile['signup'];
}

/** Races about tokens, accounts and attempts. */
export const STRICT: Rules = { graceSeconds: 0, maxAttempts: 5 };
/** Races in which many good requests come at once, or many passwords are tried to find the one that was set. */
export const LENIENT: Rules = { graceSeconds: 10 };

/** Races about codes that prove an address. */
export const VERIFYING: Rules = {
  ...STRICT,
  signup: { verificationMethod: 'email', emailVerification: { maxAttemptsPerIP: 1000 } },
};

export interface Tokens {
  sub: string;
  email: string;
  accessToken: string;
  refreshToken: string;
}

/** One database, a look into it, and the servers on it; with Redis, what is short-lived is there. */
export class Arena {
  private readonly servers: HostProcess[] = [];

  private constructor(
    private readonly database: TestDatabase,
    private readonly looker: DataSource,
    private readonly poolSize: number | undefined,
    private readonly redis: RedisProcess | undefined,
  ) {}

  /** @param redis a server that nobody else uses */
  static async open(engine: EngineName, poolSize?: number, redis?: RedisProcess): Promise<Arena> {
    const database = await createTestDatabase(engine);
    const looker = new DataSource({ ...dataSourceOptions({ ...database.options, poolSize: 1 }) });
    await looker.initialize();
    const room = engine === 'sqlite' ? undefined : (await maxConnections(engine, looker)) - 12;
    return new Arena(database, looker, poolSize && room && Math.min(poolSize, room), redis);
  }

  /** Servers on this database, all started at once. */
  async start(
    hosts: readonly HostName[],
    rules: Rules,
    options: Pick<StartOptions, 'broken' | 'barrier'> = {},
    more: Partial<HarnessFile> = {},
  ): Promise<HostProcess[]> {
    const { type, url } = this.database.options;
    const file: HarnessFile = {
      database: { type, url, poolSize: this.poolSize },
      ...(this.redis && { storage: { type: 'redis', url: this.redis.url } }),
      jwt: {
        accessToken: {},
        refreshToken: {
          graceSeconds: rules.graceSeconds,
          secret: 'races-refresh-Hd5Gf0Jp7w2RZq8Xv4Tn8Ls3Mb6Yc1',
        },
      },
      lockout: rules.maxAttempts === undefined ? { enabled: false } : { maxAttempts: rules.maxAttempts },
      // All requests come from one address.
      rateLimits: {
        login: { network: false },
        refresh: { network: false },
        passwordReset: { network: false },
        messages: { email: { network: false }, sms: { network: false } },
      },
      password: { passwordReset: { baseUrl: 'https://app.example.com/reset', maxAttempts: 5 } },
      mfa: { enabled: true, passkey: { rpId: RP_ID, origin: [ORIGIN] } },
      session: { maxConcurrent: 5 },
      signup: {
        emailVerification: { baseUrl: 'https://app.example.com/confirm', maxAttemptsPerIP: 10_000 },
      },
      ...(rules.signup && { signup: rules.signup }),
      ...more,
    };
    const started = await Promise.allSettled(hosts.map((host) => startHost(host, file, options)));
    const failures: unknown[] = [];
    for (const result of started) {
      if (result.status === 'fulfilled') this.servers.push(result.value);
      else failures.push(result.reason);
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} of ${hosts.length} did not start`);
    return this.servers.slice(-hosts.length);
  }

  async stopServers(): Promise<void> {
    await Promise.all(this.servers.splice(0).map((server) => server.stop()));
  }

  async close(): Promise<void> {
    await this.stopServers();
    await this.looker.destroy();
    await this.database.drop();
  }

  counters(): Promise<CounterFacts> {
    return this.redis ? countersInRedis(this.redis.client) : countersInDatabase(this.looker);
  }

  /** The one number that a query gives. */
  async number(sql: string): Promise<number> {
    const rows: Record<string, unknown>[] = await this.looker.query(sql);
    return Number(Object.values(rows[0] ?? {})[0]);
  }
}

async function maxConnections(engine: EngineName, looker: DataSource): Promise<number> {
  const sql = engine === 'postgres' ? 'SHOW max_connections' : "SHOW VARIABLES LIKE 'max_connections'";
  const rows: Record<string, string>[] = await looker.query(sql);
  return Number(Object.values(rows[0] ?? {}).at(-1));
}

export function freshEmail(): string {
  return `racer.${randomBytes(6).toString('hex')}@example.com`;
}

export interface PlainAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** One request, outside of any race. */
export async function ask(url: string, path: string, json?: object, token?: string): Promise<PlainAnswer> {
  const response = await fetch(`${url}${path}`, {
    method: json === undefined ? 'GET' : 'POST',
    headers: {
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Lets every connection of the pool be opened before anything is measured. */
export async function warmPool(url: string, connections: number): Promise<void> {
  const { refreshToken } = await signUp(url);
  const json = { refreshToken: `${refreshToken.slice(0, -1)}${refreshToken.endsWith('A') ? 'B' : 'A'}` };
  for (let turn = 0; turn < 2; turn += 1) {
    await Promise.all(Array.from({ length: connections }, () => ask(url, '/auth/refresh', json)));
  }
}

export async function signUp(url: string): Promise<Tokens> {
  const email = freshEmail();
  const { status, body } = await ask(url, '/auth/signup', { email, password: PASSWORD });
  if (status !== 201) throw new Error(`sign-up answered ${status} ${String(body.code)}`);
  const { sub } = body.user as { sub: string };
  return { sub, email, accessToken: String(body.accessToken), refreshToken: String(body.refreshToken) };
}
