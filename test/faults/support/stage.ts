import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../lib/persistence/data-source-options';
import type { DatabaseOptions } from '../../../lib/config/nauth-config';
import type { HostName } from '../../hosts/arguments';
import type { HarnessFile } from '../../hosts/harness-file';
import { startHost, type HostProcess, type StartOptions } from '../../support/host-process';
import { createTestDatabase, type EngineName } from '../../support/services';
import { INVARIANTS } from './invariants';

/** A database that processes of the harness share. */
export interface StageDatabase {
  options: DatabaseOptions;
  drop(): Promise<void>;
}

export interface StageOptions {
  hosts: readonly HostName[];
  file?: Partial<HarnessFile>;
  /** Default: one of its own on the server that all suites use. */
  database?: StageDatabase;
  /** The address that the processes get instead of the true one. */
  through?: (url: string, index: number) => string;
  /** Name of a deliberately broken variant that the processes are. */
  broken?: string | undefined;
}

/** Two processes of the harness, as a rule, on one database, and a look into it. */
export class Stage {
  private readonly running: (HostProcess | undefined)[] = [];

  private constructor(
    private readonly database: StageDatabase,
    private readonly looker: DataSource,
    private readonly hosts: readonly HostName[],
    private readonly file: (index: number) => HarnessFile,
  ) {}

  static async open(engine: EngineName, options: StageOptions): Promise<Stage> {
    const database = options.database ?? (await createTestDatabase(engine, 5));
    const looker = new DataSource(dataSourceOptions({ ...database.options, poolSize: 1 }));
    await looker.initialize();
    const { type, url, poolSize } = database.options;
    const stage = new Stage(database, looker, options.hosts, (index) => ({
      // All requests come from one address.
      rateLimits: { login: { network: false }, refresh: { network: false }, signup: { network: false } },
      session: { maxConcurrent: 0 },
      ...options.file,
      database: { type, url: options.through?.(url, index) ?? url, poolSize },
    }));
    await Promise.all(options.hosts.map((_, index) => stage.start(index, { broken: options.broken })));
    return stage;
  }

  get servers(): HostProcess[] {
    return this.hosts.map((_, index) => this.server(index));
  }

  get one(): HostProcess {
    return this.server(0);
  }

  get two(): HostProcess {
    return this.server(1);
  }

  /** Starts the process with this number, again after it has ended. */
  async start(index: number, options: StartOptions = {}): Promise<HostProcess> {
    const server = await startHost(this.hosts[index] ?? 'express', this.file(index), options);
    this.running[index] = server;
    return server;
  }

  /** The one number that a query gives. */
  async number(sql: string): Promise<number> {
    const rows: Record<string, unknown>[] = await this.looker.query(sql);
    return Number(Object.values(rows[0] ?? {})[0]);
  }

  /** Holds the tables that everything needs, so that whoever asks for them waits; gives them free again. */
  async holdTables(): Promise<() => Promise<void>> {
    const runner = this.looker.createQueryRunner();
    const isPostgres = this.looker.options.type === 'postgres';
    const tables = ['nauth_users', 'nauth_sessions'];
    if (isPostgres) {
      await runner.query('BEGIN');
      await runner.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    }
    await runner.query(
      isPostgres
        ? `LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`
        : `LOCK TABLES ${tables.map((table) => `${table} WRITE`).join(', ')}`,
    );
    return async () => {
      await runner.query(isPostgres ? 'COMMIT' : 'UNLOCK TABLES');
      await runner.release();
    };
  }

  /** How many rows break a rule that holds whatever happened; only those that are broken. */
  async brokenInvariants(): Promise<Record<string, number>> {
    const broken: Record<string, number> = {};
    for (const [name, sql] of Object.entries(INVARIANTS)) {
      const count = await this.number(sql);
      if (count !== 0) broken[name] = count;
    }
    return broken;
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((server) => server?.stop()));
    await this.looker.destroy();
    await this.database.drop();
  }

  private server(index: number): HostProcess {
    const server = this.running[index];
    if (!server) throw new Error(`there is no process ${index}`);
    return server;
  }
}
