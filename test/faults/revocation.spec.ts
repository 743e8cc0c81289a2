import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HostName } from '../hosts/arguments';
import type { HarnessFile } from '../hosts/harness-file';
import { ask, PASSWORD, signUp } from '../races/support/arena';
import type { HostProcess } from '../support/host-process';
import { lastGrantAfter, REVOCATION_MS } from '../support/revocation';
import { createTestDatabase, describeEngine, redisUrl, type EngineName } from '../support/services';
import { TcpProxy } from '../support/tcp-proxy';
import { inTurns } from './support/in-turns';
import { Stage } from './support/stage';

interface SetUp {
  engine: EngineName;
  hosts: HostName[];
  storage: NonNullable<HarnessFile['storage']>;
  sessions: number;
}

const redis = { type: 'redis', url: redisUrl } as const;
const database = { type: 'database' } as const;
const setUps: readonly SetUp[] = [
  { engine: 'postgres', hosts: ['express', 'nest-fastify'], storage: database, sessions: 1000 },
  { engine: 'postgres', hosts: ['nest-express', 'fastify'], storage: redis, sessions: 100 },
  { engine: 'mariadb', hosts: ['fastify', 'nest-express'], storage: redis, sessions: 1000 },
  { engine: 'mariadb', hosts: ['nest-fastify', 'express'], storage: database, sessions: 100 },
  { engine: 'sqlite', hosts: ['fastify', 'nest-express'], storage: database, sessions: 100 },
];
const PORTS = { postgres: 5432, mariadb: 3306, sqlite: 0 };
const SESSIONS_OF_ONE = 20;
const ROUNDS = 4;
const AT_ONCE = 16;
/** A look at the feed every half second, and what is done in the background: how much that is, the machine decides. */
const MOST_QUERIES_PER_REQUEST = 0.1;

/** The session and the user that an access token stands for. */
function claimsOf(token: string): { sid: string; sub: string } {
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return JSON.parse(claims) as { sid: string; sub: string };
}

const sessionOf = (token: string): string => claimsOf(token).sid;
const userOf = (token: string): string => claimsOf(token).sub;

for (const { engine, hosts, storage, sessions } of setUps) {
  const title = `what one process ends, the other knows (${engine}, ${storage.type} storage)`;
  describeEngine(engine, title, () => {
    let stage: Stage;
    let proxy: TcpProxy | undefined;

    beforeAll(async () => {
      const shared = await createTestDatabase(engine, 5);
      if (engine !== 'sqlite') proxy = await TcpProxy.start(shared.options.url, PORTS[engine]);
      const through = (url: string): string => proxy?.through(url) ?? url;
      stage = await Stage.open(engine, {
        hosts,
        file: { storage, routes: { groups: ['core', 'profile', 'device', 'admin'] } },
        database: shared,
        through,
      });
    });
    afterAll(async () => {
      await stage.close();
      await proxy?.stop();
    });

    const profile = (server: HostProcess, token: string) =>
      ask(server.url, '/auth/profile', undefined, token);

    /** Access tokens of one account, which both processes have seen. */
    async function member(count: number): Promise<string[]> {
      const { email, accessToken } = await signUp(stage.one.url);
      const tokens = [accessToken];
      while (tokens.length < count) {
        const json = { identifier: email, password: PASSWORD };
        tokens.push(String((await ask(stage.one.url, '/auth/login', json)).body.accessToken));
      }
      for (const token of tokens) {
        for (const server of stage.servers) expect((await profile(server, token)).status).toBe(200);
      }
      return tokens;
    }

    it(`asks the database for nothing in the steady state, with ${sessions} sessions (R038)`, async () => {
      const accounts = Array.from({ length: sessions / SESSIONS_OF_ONE }, (_, index) => index);
      const tokens: string[] = [];
      await inTurns(accounts, 4, async () => void tokens.push(...(await member(SESSIONS_OF_ONE))));
      await Promise.all(stage.servers.map((server) => server.stats()));
      const requests = Array.from({ length: ROUNDS * tokens.length }, (_, index) => index);
      const statuses = new Set<number>();
      await inTurns(requests, AT_ONCE, async (index) => {
        const round = Math.floor(index / tokens.length);
        const server = (index + round) % 2 === 0 ? stage.one : stage.two;
        statuses.add((await profile(server, tokens[index % tokens.length] ?? '')).status);
      });
      const stats = await Promise.all(stage.servers.map((server) => server.stats()));
      const queries = stats.reduce((sum, each) => sum + each.queries, 0);
      expect([...statuses]).toEqual([200]);
      expect(queries / requests.length).toBeLessThan(MOST_QUERIES_PER_REQUEST);
    }, 600_000);

    it('sees every way in which sessions end within a second', async () => {
      const changes = [
        {
          what: 'logout',
          ended: [0],
          act: (from: HostProcess, [token]: string[]) => ask(from.url, '/auth/logout', {}, token),
        },
        {
          what: 'logout of all',
          ended: [0, 1, 2],
          act: (from: HostProcess, [token]: string[]) => ask(from.url, '/auth/logout/all', {}, token),
        },
        {
          what: 'change of the password',
          ended: [0, 1, 2],
          act: (from: HostProcess, [token]: string[]) =>
            ask(
              from.url,
              '/auth/change-password',
              { oldPassword: PASSWORD, newPassword: `${PASSWORD} 2` },
              token,
            ),
        },
        ...(['POST', 'DELETE'] as const).map((method) => ({
          what: method === 'POST' ? 'disabled account' : 'deleted account',
          ended: [0, 1, 2],
          act: async (from: HostProcess, [token = '']: string[]) => {
            const path = `${from.url}/auth/admin/users/${userOf(token)}${method === 'POST' ? '/disable' : ''}`;
            const { accessToken } = await signUp(from.url);
            return fetch(path, { method, headers: { authorization: `Bearer ${accessToken}` } });
          },
        })),
        {
          what: 'end of one session',
          ended: [1],
          act: (from: HostProcess, [token = '', other = '']: string[]) =>
            fetch(`${from.url}/auth/sessions/${sessionOf(other)}`, {
              method: 'DELETE',
              headers: { authorization: `Bearer ${token}` },
            }),
        },
      ];
      const runs = changes.flatMap((change) =>
        [0, 1].map(async (from) => {
          const [acting, other] = from === 0 ? [stage.one, stage.two] : [stage.two, stage.one];
          const tokens = await member(3);
          expect([change.what, (await change.act(acting, tokens)).status]).toEqual([change.what, 200]);
          const ended = change.ended.map((index) => tokens[index] ?? '');
          for (const token of ended) expect((await profile(acting, token)).status).toBe(401);
          const last = await Promise.all(
            ended.map((token) => lastGrantAfter(async () => (await profile(other, token)).status === 200)),
          );
          expect([change.what, Math.max(...last) <= REVOCATION_MS]).toEqual([change.what, true]);
          const alive = tokens.filter((token) => !ended.includes(token));
          for (const token of alive) expect((await profile(other, token)).status).toBe(200);
        }),
      );
      await Promise.all(runs);
    });

    it('asks the database for every session while the feed cannot be read', async () => {
      const [token = '', ended = ''] = await member(2);
      await stage.number('ALTER TABLE nauth_session_changes RENAME TO nauth_elsewhere');
      try {
        // What is remembered may be believed for a second after the last look, and no longer.
        await sleep(REVOCATION_MS);
        for (const server of stage.servers) expect((await profile(server, token)).status).toBe(200);
        await Promise.all(stage.servers.map((server) => server.stats()));
        for (const server of [...stage.servers, ...stage.servers]) {
          expect((await profile(server, token)).status).toBe(200);
        }
        for (const { queries } of await Promise.all(stage.servers.map((server) => server.stats()))) {
          expect(queries).toBeGreaterThanOrEqual(2);
        }
        await stage.number(
          `UPDATE nauth_sessions SET revoked_at = created_at, revoke_reason = 'logout' WHERE id = '${sessionOf(ended)}'`,
        );
        for (const server of stage.servers) expect((await profile(server, ended)).status).toBe(401);
        // A change that the others could not be told of is not made.
        const logout = await ask(stage.one.url, '/auth/logout', {}, token);
        expect(logout.status).toBeGreaterThanOrEqual(500);
        expect((await profile(stage.one, token)).status).toBe(200);
      } finally {
        await stage.number('ALTER TABLE nauth_elsewhere RENAME TO nauth_session_changes');
      }
      expect((await ask(stage.one.url, '/auth/logout', {}, token)).status).toBe(200);
      expect(
        await lastGrantAfter(async () => (await profile(stage.two, token)).status === 200),
      ).toBeLessThanOrEqual(REVOCATION_MS);
    });

    it.skipIf(engine === 'sqlite')(
      'grants nothing a second after the database went away (R044, R148)',
      async () => {
        const [token = ''] = await member(1);
        proxy?.freeze();
        try {
          const last = await Promise.all(
            stage.servers.map((server) =>
              lastGrantAfter(async () => (await profile(server, token)).status === 200),
            ),
          );
          expect(Math.max(...last)).toBeLessThanOrEqual(REVOCATION_MS);
          for (const server of stage.servers) {
            const response = await fetch(`${server.url}/auth/profile`, {
              headers: { authorization: `Bearer ${token}` },
            });
            expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
          }
        } finally {
          proxy?.thaw();
          proxy?.cut();
        }
        const again = stage.servers.map(async (server) => {
          while ((await profile(server, token)).status === 503) await sleep(50);
          expect((await profile(server, token)).status).toBe(200);
        });
        await Promise.all(again);
      },
    );
  });
}
