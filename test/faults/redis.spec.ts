import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually, must, RedisProcess } from '../support/redis-process';
import { describeOwnRedis } from '../support/services';
import { TcpProxy } from '../support/tcp-proxy';
import { PASSWORD } from '../races/support/arena';
import { Stage } from './support/stage';
import { call, Client, type Answered } from './support/client';

const BUDGET = 3;
const SECOND = 1000;
/** For a command that got no answer (R149), and what the rest of a login takes on a machine that is busy. */
const LOGIN_MS = SECOND;
const RECOVERY_MS = 5 * SECOND;

describeOwnRedis('a Redis that fails (sqlite, express and nest-fastify)', () => {
  let redis: RedisProcess;
  let replica: RedisProcess;
  let toMaster: TcpProxy;
  let stage: Stage;
  let owner: Client;

  beforeAll(async () => {
    redis = await RedisProcess.start({ args: ['--save', '', '--repl-diskless-sync-delay', '0'] });
    replica = await RedisProcess.start({ args: ['--save', ''] });
    toMaster = await TcpProxy.start(redis.url, 0);
    stage = await Stage.open('sqlite', {
      hosts: ['express', 'nest-fastify'],
      file: {
        storage: { type: 'redis', url: toMaster.through(redis.url) },
        lockout: { maxAttempts: BUDGET },
        jwt: { accessToken: {}, refreshToken: { graceSeconds: 0, secret: SECRET } },
      },
    });
  });
  afterAll(async () => {
    await stage.close();
    await toMaster.stop();
    await redis.stop();
    await replica.stop();
  });

  beforeEach(async () => {
    owner = new Client();
    await owner.join(stage.one.url);
  });

  const login = (index: number, identifier: string, password = PASSWORD): Promise<Answered> =>
    call(stage.servers[index % 2]?.url ?? '', 'login', { json: { identifier, password } });

  /** How many of so many wrong passwords for a new account were looked at, on both processes together. */
  async function guesses(count: number): Promise<{ looked: number; slowest: number; statuses: Set<number> }> {
    const victim = new Client();
    await victim.join(stage.one.url);
    await Promise.all(stage.servers.map((server) => server.stats()));
    const answers: Answered[] = [];
    for (let turn = 0; turn < count; turn += 1) answers.push(await login(turn, victim.email, 'wrong'));
    const stats = await Promise.all(stage.servers.map((server) => server.stats()));
    return {
      looked: stats.reduce((sum, { hashes }) => sum + hashes, 0),
      slowest: Math.max(...answers.map(({ ms }) => ms)),
      statuses: new Set(answers.map(({ status }) => status)),
    };
  }

  /** What needs no Redis goes on: whoever is signed in stays so, refreshes and signs out for good. */
  async function expectSessionsWork(): Promise<void> {
    for (const { url } of stage.servers) {
      expect((await owner.profile(url)).status).toBe(200);
      expect((await owner.refresh(url)).status).toBe(200);
    }
    const other = new Client();
    await other.join(stage.one.url);
    const { refreshToken, accessToken } = other;
    expect((await call(stage.one.url, 'logout', { json: {}, token: accessToken })).status).toBe(200);
    expect((await call(stage.two.url, 'refresh', { json: { refreshToken } })).status).toBe(401);
  }

  async function expectSharedLimit(): Promise<void> {
    await eventually(
      async () => must((await guesses(2 * BUDGET + 2)).looked === BUDGET, 'one limit'),
      RECOVERY_MS,
    );
  }

  it('shares the limits between both processes while all is well', expectSharedLimit);

  it('FAULT-4: killed, limits are counted by each process by itself, and never off', async () => {
    await redis.kill();
    const { looked, statuses, slowest } = await guesses(6 * BUDGET);
    expect(looked).toBeGreaterThanOrEqual(BUDGET);
    expect(looked).toBeLessThanOrEqual(2 * BUDGET);
    expect(statuses).toEqual(new Set([401, 429]));
    expect(slowest).toBeLessThan(LOGIN_MS);
    for (const index of [0, 1]) expect((await login(index, owner.email)).status).toBe(200);
    await expectSessionsWork();
    await redis.launch();
    await expectSharedLimit();
  });

  it('FAULT-6: stopped with its connections open, a command gives up within 500 ms', async () => {
    redis.freeze();
    try {
      const { looked, slowest, statuses } = await guesses(4 * BUDGET);
      expect(looked).toBeLessThanOrEqual(2 * BUDGET);
      expect(statuses).toEqual(new Set([401, 429]));
      expect(slowest).toBeLessThan(LOGIN_MS);
      expect((await login(0, owner.email)).status).toBe(200);
      await expectSessionsWork();
    } finally {
      redis.thaw();
    }
    await expectSharedLimit();
  });

  it('FAULT-5: flushed between any two steps, nothing spent or ended is taken again (R054, R150)', async () => {
    await redis.client.flushall();
    const first = owner.refreshToken;
    await redis.client.flushall();
    expect((await owner.refresh(stage.two.url)).status).toBe(200);
    const { refreshToken, accessToken } = owner;
    await redis.client.flushall();
    const replay = await call(stage.one.url, 'refresh', { json: { refreshToken: first } });
    expect([replay.status, replay.code]).toEqual([401, 'AUTH_TOKEN_REUSE_DETECTED']);
    await redis.client.flushall();
    for (const { url } of stage.servers) {
      expect((await call(url, 'refresh', { json: { refreshToken } })).status).toBe(401);
    }
    await sleep(SECOND);
    for (const { url } of stage.servers) {
      expect((await call(url, 'profile', { token: accessToken })).status).toBe(401);
    }
    await expectSharedLimit();
  });

  it('FAULT-5: a replica that lagged behind takes over', async () => {
    await replica.client.replicaof('127.0.0.1', redis.port);
    await eventually(async () =>
      must(/link_status:up/.test(await replica.client.info('replication')), 'in step'),
    );
    // From here on it hears of nothing.
    await replica.client.replicaof('NO', 'ONE');
    const spent = owner.refreshToken;
    expect((await owner.refresh(stage.one.url)).status).toBe(200);
    const ended = new Client();
    await ended.join(stage.two.url);
    expect((await call(stage.two.url, 'logout', { json: {}, token: ended.accessToken })).status).toBe(200);
    toMaster.lead(replica.url);
    await eventually(async () => must((await login(0, owner.email)).status === 200, 'login'), RECOVERY_MS);
    const replay = await call(stage.two.url, 'refresh', { json: { refreshToken: spent } });
    expect([replay.status, replay.code]).toEqual([401, 'AUTH_TOKEN_REUSE_DETECTED']);
    for (const { url } of stage.servers) {
      expect((await call(url, 'refresh', { json: { refreshToken: ended.refreshToken } })).status).toBe(401);
    }
    await expectSharedLimit();
    expect(await stage.brokenInvariants()).toEqual({});
    expect(stage.servers.every(({ isAlive }) => isAlive)).toBe(true);
  });
});

const SECRET = 'faults-refresh-Hd5Gf0Jp7w2RZq8Xv4Tn8Ls3Mb6Yc1';
