import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { HostName } from '../hosts/arguments';
import { DatabaseProcess } from '../support/database-process';
import { describeOwnDatabase } from '../support/database-programs';
import { eventually, must } from '../support/redis-process';
import { TcpProxy } from '../support/tcp-proxy';
import { call, Client, type Answered } from './support/client';
import { Lateness } from './support/lateness';
import { Stage } from './support/stage';
import { Traffic } from './support/traffic';

const CLIENTS = 12;
const KILLS = 3;
const SECOND = 1000;
/** No request may take longer, whatever the database does; a full pool has to be told of sooner (R148). */
const LONGEST_MS = 5 * SECOND;
const FULL_POOL_MS = 3 * SECOND;
/** Within how long it is used again when it is back. */
const RECOVERY_MS = 5 * SECOND;

const setUps = [
  ['postgres', ['express', 'nest-fastify']],
  ['mariadb', ['nest-express', 'fastify']],
] as const satisfies ['postgres' | 'mariadb', HostName[]][];

for (const [engine, hosts] of setUps) {
  describeOwnDatabase(engine, `a database that fails (${engine}, ${hosts.join(' and ')})`, () => {
    let server: DatabaseProcess;
    let proxy: TcpProxy;
    let stage: Stage;
    let pids: number[];

    beforeAll(async () => {
      server = await DatabaseProcess.start(engine);
      const { options } = server;
      proxy = await TcpProxy.start(options.url, 0);
      stage = await Stage.open(engine, {
        hosts,
        database: { options, drop: () => server.stop() },
        // The second process sees it by way of a line that can be disturbed.
        through: (url, index) => (index === 1 ? proxy.through(url) : url),
        // A client that was told nothing tries again when the database is back, which may take a while here.
        file: { jwt: { accessToken: {}, refreshToken: { graceSeconds: 60, secret: SECRET } } },
      });
      pids = stage.servers.map(({ pid }) => pid);
    });
    afterAll(async () => {
      await stage.close();
      await proxy.stop();
    });

    afterEach(async () => {
      expect(await stage.brokenInvariants()).toEqual({});
      expect(await stage.number(REUSE)).toBe(0);
      expect(stage.servers.map(({ pid, isAlive, errors }) => (isAlive ? pid : errors))).toEqual(pids);
    });

    /** Nobody has been signed out or has seen anything but good answers and 503. */
    async function expectHarmless(traffic: Traffic): Promise<void> {
      expect(await traffic.stop()).toBe(0);
      expect(traffic.unexpected()).toEqual({});
      expect(traffic.slowest - traffic.machine.mostMs).toBeLessThan(LONGEST_MS);
    }

    it(`FAULT-1: killed and restarted ${KILLS} times under traffic`, async () => {
      const traffic = new Traffic(stage.servers, CLIENTS);
      const recoveries: number[] = [];
      for (let kill = 0; kill < KILLS; kill += 1) {
        await sleep(SECOND);
        await server.kill();
        await sleep(1.5 * SECOND);
        await server.launch();
        const accepts = performance.now();
        for (const { url } of stage.servers) {
          const first = await eventually(async () => {
            const at = traffic.firstSuccess(url, accepts);
            must(at !== undefined, `${url} answers well`);
            return at ?? 0;
          }, 2 * RECOVERY_MS);
          recoveries.push(first - accepts);
        }
      }
      await expectHarmless(traffic);
      expect(traffic.count(503)).toBeGreaterThan(0);
      expect(Math.max(...recoveries)).toBeLessThan(RECOVERY_MS);
    });

    it('FAULT-2: all connections of the pools held', async () => {
      const client = new Client();
      await client.join(stage.one.url);
      const wave = (): Promise<Answered[]> =>
        Promise.all(
          stage.servers.flatMap(({ url }) =>
            Array.from({ length: 4 }).flatMap(() => [
              call(url, 'refresh', { json: { refreshToken: client.refreshToken } }),
              call(url, 'login', { json: { identifier: client.email, password: 'wrong' } }),
              new Client().join(url).then(() => call(url, 'profile', { token: client.accessToken })),
            ]),
          ),
        );
      const release = await stage.holdTables();
      // What is remembered may be believed for a second, and no longer.
      await sleep(SECOND);
      const machine = new Lateness(stage.servers);
      try {
        for (let turn = 0; turn < 2; turn += 1) {
          for (const { what, status, code, retryAfter, ms } of await wave()) {
            expect([what, status, code, retryAfter]).toEqual([what, 503, 'SERVICE_UNAVAILABLE', '1']);
            expect(ms - machine.mostMs).toBeLessThan(FULL_POOL_MS);
          }
        }
      } finally {
        await machine.stop();
        await release();
      }
      await eventually(async () => {
        for (const { url } of stage.servers) {
          must((await call(url, 'profile', { token: client.accessToken })).status === 200, 'profile');
          must((await client.refresh(url)).status === 200, 'refresh');
        }
      }, RECOVERY_MS);
    });

    it('FAULT-3: answers 2 s late, then connections that break, then some that say nothing', async () => {
      const traffic = new Traffic([stage.two], CLIENTS);
      await sleep(SECOND);
      proxy.latencyMs = 2 * SECOND;
      await sleep(6 * SECOND);
      proxy.latencyMs = 0;
      proxy.resetShare = 0.05;
      await sleep(4 * SECOND);
      proxy.resetShare = 0;
      proxy.strand();
      await sleep(4 * SECOND);
      const well = performance.now();
      await eventually(
        async () => must(traffic.firstSuccess(stage.two.url, well) !== undefined, 'good'),
        RECOVERY_MS,
      );
      await expectHarmless(traffic);
      expect(traffic.count(503)).toBeGreaterThan(0);
    });
  });
}

const SECRET = 'faults-refresh-Hd5Gf0Jp7w2RZq8Xv4Tn8Ls3Mb6Yc1';
const REUSE = "SELECT COUNT(*) FROM nauth_audit_events WHERE type = 'REFRESH_REUSE'";
