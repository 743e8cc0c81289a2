import { eventually, must, RedisProcess } from './redis-process';

/** A server is taken for lost after this time without an answer, in milliseconds: patient, until a test wants a fail-over. */
const PATIENT_MS = 20_000;
const HASTY_MS = 1_000;
/** Nothing is written to disk; a replica is served at once, and soon has something to follow. */
const QUICK = ['--save', '', '--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];

/** Several servers that act as one. */
abstract class RedisSet {
  protected constructor(readonly servers: readonly RedisProcess[]) {}

  /** The server that is master now, among those that run. */
  async masters(): Promise<RedisProcess[]> {
    const roles = await Promise.all(this.servers.map((server) => roleOf(server)));
    return this.servers.filter((_, index) => roles[index] === 'master');
  }

  async stop(): Promise<void> {
    for (const server of this.servers) server.thaw();
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

/** A master, a replica and three Sentinels that watch them. */
export class SentinelSet extends RedisSet {
  static readonly masterName = 'nauth-main';

  private constructor(
    servers: readonly RedisProcess[],
    readonly sentinels: readonly RedisProcess[],
  ) {
    super(servers);
  }

  /** @param password of the servers and of the Sentinels, if there is to be one */
  static async start(password?: string): Promise<SentinelSet> {
    const access = password === undefined ? {} : { password };
    const args =
      password === undefined ? QUICK : [...QUICK, '--requirepass', password, '--masterauth', password];
    const master = await RedisProcess.start({ ...access, args });
    const replicaOf = ['--replicaof', `127.0.0.1 ${master.port}`];
    const replica = await RedisProcess.start({ ...access, args: [...args, ...replicaOf] });
    // Sentinels that come later see it at their first look; the next one is 10 s away.
    await eventually(async () => must(await isLinked(replica), 'replica in step'));
    const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(master.port, password)));
    await eventually(() => Promise.all(sentinels.map((sentinel) => knowsAll(sentinel))));
    return new SentinelSet([master, replica], sentinels);
  }

  /** From now on a lost master is replaced as soon as can be. */
  async hurry(): Promise<void> {
    const name = SentinelSet.masterName;
    for (const { client } of this.sentinels) {
      await client.call('SENTINEL', 'SET', name, 'down-after-milliseconds', String(HASTY_MS));
    }
  }

  override async stop(): Promise<void> {
    await Promise.all(this.sentinels.map((sentinel) => sentinel.stop()));
    await super.stop();
  }
}

/** Three masters; the first has a replica. */
export class ClusterSet extends RedisSet {
  static async start(): Promise<ClusterSet> {
    // The shorter it is, the sooner the nodes have told each other everything.
    const timeout = ['--cluster-node-timeout', String(HASTY_MS)];
    const start = (): Promise<RedisProcess> =>
      RedisProcess.start({ cluster: true, args: [...QUICK, ...timeout] });
    const [first, second, third, replica] = await Promise.all([start(), start(), start(), start()]);
    for (const [index, { client }] of [first, second, third, replica].entries()) {
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    }
    await first.client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 5_460);
    await second.client.call('CLUSTER', 'ADDSLOTSRANGE', 5_461, 10_922);
    await third.client.call('CLUSTER', 'ADDSLOTSRANGE', 10_923, 16_383);
    for (const { port, busPort } of [second, third, replica]) {
      await first.client.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort);
    }
    const set = new ClusterSet([first, second, third, replica]);
    const id = String(await first.client.call('CLUSTER', 'MYID'));
    await eventually(() => replica.client.call('CLUSTER', 'REPLICATE', id));
    await eventually(async () => must(await isLinked(replica), 'replica in step'));
    await set.isWhole();
    await set.timeout(PATIENT_MS);
    return set;
  }

  /** Waits until every node that runs thinks that all is well. */
  async isWhole(): Promise<void> {
    await eventually(() => Promise.all(this.servers.map((server) => seesAll(server))));
  }

  /** From now on a lost master is replaced as soon as can be. */
  async hurry(): Promise<void> {
    await this.timeout(HASTY_MS);
  }

  private async timeout(milliseconds: number): Promise<void> {
    for (const { client } of this.servers) {
      await client.config('SET', 'cluster-node-timeout', String(milliseconds));
    }
  }
}

function startSentinel(masterPort: number, password: string | undefined): Promise<RedisProcess> {
  const name = SentinelSet.masterName;
  const secrets = [`sentinel auth-pass ${name} ${password}`, `requirepass ${password}`];
  return RedisProcess.start({
    ...(password !== undefined && { password }),
    args: ['--sentinel'],
    config: [
      `sentinel monitor ${name} 127.0.0.1 ${masterPort} 2`,
      `sentinel down-after-milliseconds ${name} ${PATIENT_MS}`,
      `sentinel failover-timeout ${name} 3000`,
      ...(password === undefined ? [] : secrets),
    ],
  });
}

async function knowsAll({ client }: RedisProcess): Promise<void> {
  const reply: unknown = await client.call('SENTINEL', 'MASTER', SentinelSet.masterName);
  const fields = Array.isArray(reply) ? reply.map(String) : [];
  const valueOf = (field: string): string | undefined => fields[fields.indexOf(field) + 1];
  must(valueOf('num-slaves') === '1', 'the replica is known');
  must(valueOf('num-other-sentinels') === '2', 'the other Sentinels are known');
}

async function seesAll({ client }: RedisProcess): Promise<void> {
  const info = String(await client.call('CLUSTER', 'INFO'));
  must(/cluster_state:ok/.test(info) && /cluster_known_nodes:4/.test(info), 'cluster complete');
  const slots: unknown = await client.call('CLUSTER', 'SLOTS');
  // Of each range: start, end, the master, and then its replicas.
  const ranges: unknown[][] = Array.isArray(slots) ? slots : [];
  const masters = new Set(ranges.map(([, , master]) => String(master)));
  must(masters.size === 3 && ranges.some(({ length }) => length === 4), 'three masters and a replica');
}

async function isLinked({ client }: RedisProcess): Promise<boolean> {
  return /master_link_status:up/.test(await client.info('replication'));
}

async function roleOf({ client }: RedisProcess): Promise<string | undefined> {
  const [role] = await client.role().catch((): unknown[] => []);
  return typeof role === 'string' ? role : undefined;
}
