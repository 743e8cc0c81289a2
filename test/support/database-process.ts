import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../lib/persistence/data-source-options';
import type { DatabaseOptions } from '../../lib/config/nauth-config';
import { databasePrograms, serverAccount } from './database-programs';
import { freePort } from './free-port';
import { eventually } from './redis-process';
import type { ServerEngineName } from './services';

const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) killGroup(child);
});

/** A PostgreSQL or MariaDB server of the test's own: processes, a port and a folder that nobody else uses. */
export class DatabaseProcess {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly engine: ServerEngineName,
    private readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(engine: ServerEngineName): Promise<DatabaseProcess> {
    const folder = mkdtempSync(join(tmpdir(), `nauth-${engine}-`));
    const account = serverAccount(engine);
    if (account) chownSync(folder, account.uid, account.gid);
    const server = new DatabaseProcess(engine, await freePort(), folder);
    server.install();
    await server.launch();
    if (engine === 'mariadb') await server.administer('CREATE DATABASE IF NOT EXISTS nauth');
    return server;
  }

  /** Of the one database that it has. */
  get options(): DatabaseOptions {
    return {
      type: this.engine,
      url: this.url(this.engine === 'postgres' ? 'postgres' : 'nauth'),
      poolSize: 5,
    };
  }

  /** Starts it, again after `kill`; resolves when it accepts connections. */
  async launch(): Promise<void> {
    const { server } = this.programs();
    const account = serverAccount(this.engine);
    const child = spawn(server, this.serverArguments(), {
      stdio: 'ignore',
      // A group of its own, so that what it starts can be killed with it.
      detached: true,
      cwd: this.folder,
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    running.add(child);
    child.once('error', () => running.delete(child));
    child.once('exit', () => running.delete(child));
    this.child = child;
    await eventually(async () => {
      if (!running.has(child)) throw new Error(`${server} has ended`);
      await this.administer('SELECT 1');
    });
  }

  /** kill -9 of the server with all its processes. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || !running.has(child)) return;
    const ended = once(child, 'exit');
    killGroup(child);
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private install(): void {
    const { install } = this.programs();
    const account = serverAccount(this.engine);
    const data = join(this.folder, 'data');
    const args =
      this.engine === 'postgres'
        ? ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']
        : [
            '--no-defaults',
            `--datadir=${data}`,
            '--auth-root-authentication-method=normal',
            '--skip-test-db',
          ];
    execFileSync(install, args, {
      stdio: 'ignore',
      cwd: this.folder,
      ...(account && { uid: account.uid, gid: account.gid }),
    });
  }

  private serverArguments(): string[] {
    const data = join(this.folder, 'data');
    const port = String(this.port);
    if (this.engine === 'postgres') {
      // What has been committed survives the end of the processes without fsync; only the machine may not stop.
      const settings = ['fsync=off', 'shared_buffers=16MB', 'listen_addresses=127.0.0.1', `port=${port}`];
      return ['-D', data, '-k', this.folder, ...settings.flatMap((setting) => ['-c', setting])];
    }
    return [
      '--no-defaults',
      ...[`--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve'],
      ...[`--socket=${join(this.folder, 's')}`, `--pid-file=${join(this.folder, 'pid')}`],
      ...[
        '--innodb-buffer-pool-size=32M',
        '--innodb-log-file-size=16M',
        '--innodb-flush-log-at-trx-commit=2',
      ],
    ];
  }

  private programs(): { install: string; server: string } {
    const found = databasePrograms(this.engine);
    if (!found) throw new Error(`the server programs of ${this.engine} are not there`);
    return found;
  }

  private async administer(statement: string): Promise<void> {
    const url = this.url(this.engine === 'postgres' ? 'postgres' : 'mysql');
    const dataSource = new DataSource(dataSourceOptions({ type: this.engine, url, poolSize: 1 }));
    try {
      await dataSource.initialize();
      await dataSource.query(statement);
    } finally {
      if (dataSource.isInitialized) await dataSource.destroy();
    }
  }

  private url(database: string): string {
    return this.engine === 'postgres'
      ? `postgres://postgres@127.0.0.1:${this.port}/${database}`
      : `mysql://root@127.0.0.1:${this.port}/${database}`;
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
