import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostNames } from '../hosts/arguments';
import { startHost, type HostProcess } from '../support/host-process';
import { LoopLateness } from '../support/loop-lateness';
import { createTestDatabase, describeEngine, type TestDatabase } from '../support/services';
import { TcpProxy } from '../support/tcp-proxy';

const DEFAULT_PORT = { postgres: 5432, mariadb: 3306 };
const account = { email: 'ada@example.com', password: 'correct horse battery staple' };

interface Answer {
  status: number;
  code: unknown;
  retryAfter: string | null;
  ms: number;
  body: Record<string, unknown>;
}

for (const engine of ['postgres', 'mariadb'] as const) {
  describeEngine(engine, `a database that is down (${engine})`, () => {
    describe.each(hostNames)('%s', (host) => {
      let database: TestDatabase;
      let proxy: TcpProxy;
      let server: HostProcess;

      beforeAll(async () => {
        database = await createTestDatabase(engine);
        proxy = await TcpProxy.start(database.options.url, DEFAULT_PORT[engine]);
        const url = proxy.through(database.options.url);
        server = await startHost(host, {
          database: { ...database.options, type: engine, url, poolSize: 2 },
          password: { bcryptCost: 4 },
        });
      });

      afterAll(async () => {
        await server.stop();
        await proxy.stop();
        await database.drop();
      });

      async function call(path: string, body?: object, token?: string): Promise<Answer> {
        const elapsedMs = LoopLateness.stopwatch();
        const response = await fetch(`${server.url}${path}`, {
          method: body ? 'POST' : 'GET',
          headers: {
            ...(body && { 'content-type': 'application/json' }),
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
          },
          body: body && JSON.stringify(body),
        });
        const answer = (await response.json()) as Record<string, unknown>;
        const retryAfter = response.headers.get('retry-after');
        const ms = elapsedMs();
        return { status: response.status, code: answer.code, retryAfter, ms, body: answer };
      }

      it('gives SERVICE_UNAVAILABLE within 3 s, consumes nothing, and is used again by itself (R053, R148)', async () => {
        const signup = await call('/auth/signup', account);
        expect(signup.status).toBe(201);
        const token = String(signup.body.accessToken);
        const refreshToken = String(signup.body.refreshToken);
        const attempts = (): Promise<Answer[]> =>
          Promise.all([
            call('/auth/login', { identifier: account.email, password: account.password }),
            call('/auth/signup', { ...account, email: 'grace@example.com' }),
            call('/auth/refresh', { refreshToken }),
            call('/auth/profile', undefined, token),
          ]);
        proxy.freeze();
        // What is remembered may be believed for a second, and no longer.
        await new Promise((resolve) => setTimeout(resolve, 1000));
        for (const answer of await attempts()) {
          expect(answer).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: '1' });
          expect(answer.ms).toBeLessThan(3000);
        }
        proxy.thaw();
        proxy.cut();
        const elapsedMs = LoopLateness.stopwatch();
        let recovered = await attempts();
        while (recovered.some(({ status }) => status === 503) && elapsedMs() < 5000) {
          recovered = await attempts();
        }
        expect(recovered[0]?.status).toBe(200);
        expect(recovered[2]?.status).toBe(200);
        expect(recovered[3]?.status).toBe(200);
        expect(server.isAlive).toBe(true);
      });
    });
  });
}
