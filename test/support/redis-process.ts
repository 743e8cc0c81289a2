import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port';
import { redisServerProgram } from './services';

const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const TRIES = 10;
const START_MS = 30_000;

export interface RedisProcessOptions {
  /** More arguments of redis-server, such as `['--requirepass', 'secret']`. */
  args?: readonly string[];
  /** Lines of a configuration file, for what a server writes back into it. */
  config?: readonly string[];
  /** Of its clients here, when it asks for one. */
  password?: string;
  /** A node of a cluster. */
  cluster?: boolean;
  /** Files of a certificate, for a second port that speaks TLS. */
  tls?: { cert: string; key: string };
}

/** A Redis server of the test's own: a process, a port and a folder that nobody else uses. */
export class RedisProcess {
  private child: ChildProcess | undefined;
  private admin: Redis | undefined;

  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly options: RedisProcessOptions,
  ) {}

  static async start(options: RedisProcessOptions = {}): Promise<RedisProcess> {
    for (let tries = 1; ; tries += 1) {
      const server = new RedisProcess(await freePort(), mkdtempSync(join(tmpdir(), 'nauth-redis-')), options);
      try {
        await server.launch();
        return server;
      } catch (error) {
        await server.stop();
        if (tries === TRIES) throw error;
      }
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** On which the nodes of a cluster talk to each other. */
  get busPort(): number {
    return this.port + 1;
  }

  get tlsPort(): number {
    return this.port + 2;
  }

  get node(): { host: string; port: number } {
    return { host: '127.0.0.1', port: this.port };
  }

  /** For the test itself; lives until the process stops. */
  get client(): Redis {
    this.admin ??= quietClient(this.port, this.options.password);
    return this.admin;
  }

  /** Starts it again on its port and in its folder, after `kill`. */
  async launch(): Promise<void> {
    const { args = [], config = [], cluster, tls } = this.options;
    const file = join(this.folder, 'redis.conf');
    if (!existsSync(file)) writeFileSync(file, config.map((line) => `${line}\n`).join(''));
    const child = spawn(
      redisServerProgram,
      [
        ...[file, '--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder],
        ...(cluster ? ['--cluster-enabled', 'yes', '--cluster-port', String(this.busPort)] : []),
        ...(tls
          ? ['--tls-port', String(this.tlsPort), '--tls-cert-file', tls.cert, '--tls-key-file', tls.key]
          : []),
        ...(tls ? ['--tls-ca-cert-file', tls.cert, '--tls-auth-clients', 'no'] : []),
        ...args,
      ],
      { stdio: 'ignore' },
    );
    running.add(child);
    child.once('error', () => running.delete(child));
    child.once('exit', () => running.delete(child));
    this.child = child;
    await eventually(async () => {
      if (!running.has(child)) throw new Fatal(`redis-server on port ${this.port} has ended`);
      await this.client.ping();
    });
  }

  /** kill -9. Connections are reset, and what was not saved is lost. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || !running.has(child)) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** SIGSTOP: connections stay open, and nothing is answered. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.admin?.disconnect();
    this.admin = undefined;
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A client that waits for its server and says nothing about it. */
function quietClient(port: number, password: string | undefined): Redis {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    ...(password !== undefined && { password }),
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    commandTimeout: 2_000,
    retryStrategy: () => 50,
  });
  client.on('error', () => undefined);
  return client;
}

class Fatal extends Error {}

/** Repeats the work until it succeeds, for 30 s unless told otherwise; what it returned. */
export async function eventually<T>(work: () => Promise<T>, milliseconds = START_MS): Promise<T> {
  const end = performance.now() + milliseconds;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Fatal || performance.now() > end) throw error;
      await sleep(25);
    }
  }
}

/** For `eventually`: fails until the claim holds. */
export function must(claim: boolean, what: string): void {
  if (!claim) throw new Error(`not yet: ${what}`);
}
