import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../lib/persistence/data-source-options';
import type { HostName } from '../../hosts/arguments';
import type { HarnessFile } from '../../hosts/harness-file';
import { startHost, type HostProcess } from '../../support/host-process';
import { createTestDatabase, type EngineName, type TestDatabase } from '../../support/services';
import { UserAgent, type Answer, type Sending } from './user-agent';

/** A server with limits of its own, seen by clients behind a proxy, and a look into its database. */
export class LimitsSite {
  private readonly agents: UserAgent[] = [];
  private serial = 0;

  private constructor(
    readonly server: HostProcess,
    private readonly database: TestDatabase,
    private readonly looker: DataSource,
  ) {}

  static async open(
    host: HostName,
    engine: EngineName,
    file: Omit<HarnessFile, 'database'>,
  ): Promise<LimitsSite> {
    const database = await createTestDatabase(engine, 5);
    const { type, url, poolSize } = database.options;
    const server = await startHost(host, { database: { type, url, poolSize }, ...file });
    const looker = new DataSource({ ...dataSourceOptions({ ...database.options, poolSize: 1 }) });
    await looker.initialize();
    return new LimitsSite(server, database, looker);
  }

  async close(): Promise<void> {
    for (const agent of this.agents) agent.close();
    await this.server.stop();
    await this.looker.destroy();
    await this.database.drop();
  }

  /** A client that is nobody yet, somewhere. */
  client(): UserAgent {
    const agent = new UserAgent(this.server.url);
    this.agents.push(agent);
    return agent;
  }

  uniqueEmail(): string {
    this.serial += 1;
    return `limited${this.serial}@example.com`;
  }

  /** A POST by a client of its own, with this in X-Forwarded-For. */
  async post(
    forwarded: string,
    path: string,
    json: object,
    headers: Sending['headers'] = {},
  ): Promise<Answer> {
    const agent = new UserAgent(this.server.url);
    try {
      return await agent.send('POST', path, { json, headers: { 'x-forwarded-for': forwarded, ...headers } });
    } finally {
      agent.close();
    }
  }

  login(
    forwarded: string,
    identifier: string,
    password: string,
    headers?: Sending['headers'],
  ): Promise<Answer> {
    return this.post(forwarded, '/auth/login', { identifier, password }, headers);
  }

  async hashes(): Promise<number> {
    return (await this.server.stats()).hashes;
  }

  async rows(sql: string): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = await this.looker.query(sql);
    return rows;
  }

  /** The one number that a query gives. */
  async number(sql: string): Promise<number> {
    return Number(Object.values((await this.rows(sql))[0] ?? {})[0]);
  }
}
