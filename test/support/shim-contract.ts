import type { NAuthConfig } from '@nauth-toolkit/nestjs';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HttpClient, type ClientAnswer } from './http-client';

/** A shim on a real HTTP server, as the contract needs it. */
export interface ServedShim {
  url: string;
  close(): Promise<void>;
}

export interface ShimUnderTest {
  /**
   * An application with hand-written routes behind the whole pipeline: POST /auth/signup (the snippet of the guide),
   * /auth/login, /auth/refresh and /auth/logout, /login-as/json and /login-as/cookies (the route's own delivery; only
   * with hybrid), /login-then/redirect, /login-then/fail; GET /me (guarded), /maybe (optional), /bare (no helper),
   * /boom (throws), /late-user (the user out of the async context after a wait); and /outside, which answers as
   * /late-user does but stands outside of the pipeline.
   */
  handlers(config: NAuthConfig): Promise<ServedShim>;
  /** An application with nothing but the ready-made routes. */
  routes(config: NAuthConfig): Promise<ServedShim>;
}

const secrets = {
  access: 'k7Qw2Zr9Xv4Tn8Ls3Mb6Yc1Hd5Gf0JpAeRuOiWt',
  refresh: 'p3Nf8Vx1Lq6Sz0Kd5Ub9Yh2Cw7Mj4Te-GaRoXiB',
};

/** A small valid configuration on a database in memory. */
export function shimConfig(overrides: Partial<NAuthConfig> = {}): NAuthConfig {
  return {
    database: { type: 'sqlite', url: ':memory:' },
    jwt: { accessToken: { secret: secrets.access }, refreshToken: { secret: secrets.refresh } },
    password: { bcryptCost: 4 },
    session: { maxConcurrent: 100 },
    ...overrides,
  };
}

export const ada = { email: 'ada@example.com', password: 'correct horse battery' };
export const grace = { email: 'grace@example.com', password: 'nanoseconds of wire' };
export const login = (who: { email: string; password: string }): object => ({
  identifier: who.email,
  password: who.password,
});

const tokenCookies = ['nauth_access_token', 'nauth_refresh_token', 'nauth_csrf_token'];
/** The cookies of an answer that signs somebody in. */
export const signInCookies = [...tokenCookies, 'nauth_device_token'];

function expectError(answer: ClientAnswer, status: number, code: string): void {
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(Object.keys(answer.body).filter((key) => key !== 'details')).toEqual([
    'code',
    'message',
    'statusCode',
    'timestamp',
  ]);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.text).not.toMatch(/at .*\.[jt]s|node_modules/);
}

/** What both shims promise, over real HTTP. */
export function describeShim(shim: ShimUnderTest): void {
  describeHandlers(shim);
  describeCookies(shim);
  describeHybrid(shim);
  describeRoutes(shim);
}

function serving(start: () => Promise<ServedShim>): { client: () => HttpClient } {
  let served: ServedShim;
  const clients: HttpClient[] = [];
  beforeAll(async () => {
    served = await start();
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await served.close();
  });
  return {
    client: () => {
      const client = new HttpClient(served.url);
      clients.push(client);
      return client;
    },
  };
}

function describeHandlers(shim: ShimUnderTest): void {
  describe('hand-written routes, JSON delivery', () => {
    const { client } = serving(() => shim.handlers(shimConfig()));
    let token: unknown;
    beforeAll(async () => {
      const answer = await client().call('POST', '/auth/signup', { json: ada });
      expect(answer.status).toBe(201);
      expect(answer.cookies).toEqual([]);
      expect(answer.headers['cache-control']).toBe('no-store');
      token = answer.body.accessToken;
      expect(token).toBeTypeOf('string');
    });

    it('guards a route, and gives it user, session and client from the context and from the request', async () => {
      expectError(await client().call('GET', '/me'), 401, 'AUTH_TOKEN_MISSING');
      expectError(await client().call('GET', '/me', { token: 'a.b.c' }), 401, 'AUTH_TOKEN_INVALID');
      const { status, body, headers } = await client().call('GET', '/me', { token });
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('no-store');
      expect(body).toMatchObject({ email: ada.email, sameUser: true, sameSession: true, ip: '127.0.0.1' });
    });

    it('lets everybody into a route without a helper and into an optional one', async () => {
      expect((await client().call('GET', '/bare')).body).toEqual({ open: true });
      expect((await client().call('GET', '/maybe')).body).toEqual({ email: null });
      expect((await client().call('GET', '/maybe', { token: 'a.b.c' })).body).toEqual({ email: null });
      expect((await client().call('GET', '/maybe', { token })).body).toEqual({ email: ada.email });
    });

    it('guards HEAD as it guards GET', async () => {
      expect((await client().call('HEAD', '/me')).status).toBe(401);
      expect((await client().call('HEAD', '/me', { token })).status).toBe(200);
    });

    it('takes a JSON content type without a body', async () => {
      const { body } = await client().call('POST', '/auth/login', { json: login(ada) });
      const headers = { 'content-type': 'application/json' };
      const { status } = await client().call('POST', '/auth/logout', { token: body.accessToken, headers });
      expect(status).toBe(200);
    });

    it('keeps the users of one connection apart', async () => {
      const other = await client().call('POST', '/auth/signup', { json: grace });
      const one = client();
      for (let turn = 0; turn < 20; turn += 1) {
        const who = [ada, grace, undefined][turn % 3];
        const sent = who === ada ? token : who === grace ? other.body.accessToken : undefined;
        const { body } = await one.call('GET', '/late-user', { token: sent });
        expect(body).toEqual({ email: who?.email ?? null });
        expect((await one.call('GET', '/outside', { token: sent })).body).toEqual({ email: null });
      }
    });

    it('answers errors with their codes and hides what is internal', async () => {
      expectError(
        await client().call('POST', '/auth/login', { json: { identifier: 1 } }),
        400,
        'VALIDATION_FAILED',
      );
      const wrong = { json: login({ ...ada, password: 'not her password' }) };
      expectError(await client().call('POST', '/auth/login', wrong), 401, 'AUTH_INVALID_CREDENTIALS');
      const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
      const internal = await client().call('GET', '/boom');
      expectError(internal, 500, 'INTERNAL_ERROR');
      expect(log.mock.calls.flat().join()).toContain('Error: unlucky');
      log.mockRestore();
      expect(internal.text).not.toContain('unlucky');
    });

    it('leaves unknown paths to the application', async () => {
      const answer = await client().call('GET', '/nowhere');
      expect(answer.status).toBe(404);
      expect(answer.body.code).toBeUndefined();
    });
  });
}

function describeCookies(shim: ShimUnderTest): void {
  describe('hand-written routes, cookie delivery', () => {
    const { client } = serving(() => shim.handlers(shimConfig({ tokenDelivery: { method: 'cookies' } })));
    beforeAll(async () => {
      const answer = await client().call('POST', '/auth/signup', { json: ada });
      expect(answer.status).toBe(201);
      expect(answer.cookies).toEqual(signInCookies);
      expect(answer.body).not.toHaveProperty('accessToken');
      expect(answer.body).not.toHaveProperty('refreshToken');
    });

    it('signs in by cookies and out again', async () => {
      const browser = client();
      expect((await browser.call('POST', '/auth/login', { json: login(ada) })).cookies).toEqual(
        signInCookies,
      );
      expect((await browser.call('GET', '/me')).body.email).toBe(ada.email);
      const refreshed = await browser.call('POST', '/auth/refresh', { json: {} });
      expect([refreshed.status, refreshed.text, refreshed.cookies]).toEqual([200, '{}', tokenCookies]);
      expect((await browser.call('POST', '/auth/logout', { json: {} })).status).toBe(200);
      // By this one the browser is known at its next sign-in.
      expect([...browser.jar.keys()]).toEqual(['nauth_device_token']);
      expectError(await browser.call('GET', '/me'), 401, 'AUTH_TOKEN_MISSING');
    });

    it('sets cookies on a redirect, and none on an answer that failed', async () => {
      const redirected = await client().call('POST', '/login-then/redirect', { json: login(ada) });
      expect([redirected.status, redirected.headers.location]).toEqual([303, '/welcome']);
      expect(redirected.cookies).toEqual(signInCookies);
      const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
      const failed = await client().call('POST', '/login-then/fail', { json: login(ada) });
      log.mockRestore();
      expect([failed.status, failed.cookies]).toEqual([500, []]);
    });

    it('checks the page and the CSRF token before any route, public or not', async () => {
      const foreign = { json: login(ada), headers: { origin: 'https://evil.example' } };
      expectError(await client().call('POST', '/auth/login', foreign), 403, 'AUTH_CSRF_ORIGIN_REJECTED');
      const browser = client();
      await browser.call('POST', '/auth/login', { json: login(ada) });
      browser.jar.delete('nauth_csrf_token');
      expectError(await browser.call('POST', '/auth/logout', { json: {} }), 403, 'AUTH_CSRF_TOKEN_MISSING');
    });
  });
}

function describeHybrid(shim: ShimUnderTest): void {
  describe('hand-written routes, hybrid delivery', () => {
    const { client } = serving(() => shim.handlers(shimConfig({ tokenDelivery: { method: 'hybrid' } })));
    beforeAll(async () => {
      await client().call('POST', '/auth/signup', { json: ada });
    });

    it('goes by the client, and by what the route demands', async () => {
      const page = { 'sec-fetch-site': 'same-origin' };
      const native = await client().call('POST', '/auth/login', { json: login(ada) });
      expect([typeof native.body.accessToken, native.cookies]).toEqual(['string', []]);
      const web = await client().call('POST', '/auth/login', { json: login(ada), headers: page });
      expect([typeof web.body.accessToken, web.cookies]).toEqual(['undefined', signInCookies]);
      const asJson = await client().call('POST', '/login-as/json', { json: login(ada), headers: page });
      expect([typeof asJson.body.accessToken, asJson.cookies]).toEqual(['string', []]);
      const asCookies = await client().call('POST', '/login-as/cookies', { json: login(ada) });
      expect([typeof asCookies.body.accessToken, asCookies.cookies]).toEqual(['undefined', signInCookies]);
    });
  });
}

function describeRoutes(shim: ShimUnderTest): void {
  describe('ready-made routes', () => {
    const { client } = serving(() =>
      shim.routes(shimConfig({ routes: { enabled: true, prefix: 'api/auth', exclude: ['logoutAll'] } })),
    );
    let token: unknown;
    beforeAll(async () => {
      const answer = await client().call('POST', '/api/auth/signup', { json: ada });
      expect(answer.status).toBe(201);
      token = answer.body.accessToken;
    });

    it('signs in, refreshes, reads and changes the profile, ends a session', async () => {
      const one = client();
      const { body } = await one.call('POST', '/api/auth/login', { json: login(ada) });
      const next = await one.call('POST', '/api/auth/refresh', { json: { refreshToken: body.refreshToken } });
      expect(next.status).toBe(200);
      const own = { token: next.body.accessToken };
      const changed = await one.call('PUT', '/api/auth/profile', { ...own, json: { firstName: 'Ada' } });
      expect([changed.status, changed.body.firstName]).toEqual([200, 'Ada']);
      expect((await one.call('GET', '/api/auth/profile', own)).body.firstName).toBe('Ada');
      const { sessions } = (await one.call('GET', '/api/auth/sessions', own)).body as {
        sessions: { sessionId: string; isCurrent: boolean }[];
      };
      const current = sessions.find((session) => session.isCurrent)?.sessionId;
      const ended = await one.call('DELETE', `/api/auth/sessions/${current}`, {
        ...own,
        headers: { 'content-type': 'application/json' },
      });
      expect([ended.status, ended.body]).toEqual([200, { success: true, wasCurrentSession: true }]);
      expectError(await one.call('GET', '/api/auth/profile', own), 401, 'AUTH_SESSION_NOT_FOUND');
    });

    it('guards by the manifest, HEAD included', async () => {
      expectError(await client().call('GET', '/api/auth/profile'), 401, 'AUTH_TOKEN_MISSING');
      expect((await client().call('HEAD', '/api/auth/profile')).status).toBe(401);
      expect((await client().call('HEAD', '/api/auth/profile', { token })).status).toBe(200);
      expectError(await client().call('DELETE', '/api/auth/sessions/x'), 401, 'AUTH_TOKEN_MISSING');
    });

    it('answers bodies that cannot be read with their codes', async () => {
      const post = (raw: string | Buffer, headers: Record<string, string> = {}): Promise<ClientAnswer> =>
        client().call('POST', '/api/auth/login', { raw, headers });
      for (const broken of ['{"identifier":', '"text"', '1', 'null', '{]', '{"a":1}}']) {
        const refused = await post(broken);
        expectError(refused, 400, 'VALIDATION_FAILED');
        expect(refused.body.message).toBe('The request could not be read.');
      }
      expectError(await post('[]'), 400, 'VALIDATION_FAILED');
      expectError(await post(`{"identifier":"${'x'.repeat(110_000)}"}`), 413, 'PAYLOAD_TOO_LARGE');
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      expectError(await post('{}', { 'content-type': 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE');
      expectError(await post('identifier=a&password=b', form), 415, 'UNSUPPORTED_MEDIA_TYPE');
      expectError(await post('{}', { 'content-encoding': 'gzip' }), 415, 'UNSUPPORTED_MEDIA_TYPE');
      const latin = { 'content-type': 'application/json; charset=latin1' };
      expectError(await post('{}', latin), 415, 'UNSUPPORTED_MEDIA_TYPE');
      expectError(await client().call('POST', '/api/auth/login'), 400, 'VALIDATION_FAILED');
      const accepted = await post(`\uFEFF${JSON.stringify(login(ada))}`, {
        'content-type': 'application/json; charset=UTF-8',
      });
      expect(accepted.status).toBe(200);
    });

    it('takes an authenticated request with a JSON type and no body', async () => {
      const { body } = await client().call('POST', '/api/auth/login', { json: login(ada) });
      const headers = { 'content-type': 'application/json' };
      const ended = await client().call('POST', '/api/auth/logout', { token: body.accessToken, headers });
      expect(ended.status).toBe(200);
    });

    it('answers GET /logout to a bearer token or a same-origin page, and to nobody else', async () => {
      const { body } = await client().call('POST', '/api/auth/login', { json: login(ada) });
      expectError(await client().call('GET', '/api/auth/logout'), 401, 'AUTH_TOKEN_MISSING');
      const ended = await client().call('GET', '/api/auth/logout?forgetMe=true', { token: body.accessToken });
      expect(ended.status).toBe(200);
    });

    it('mounts neither what is excluded nor spellings of a path', async () => {
      for (const path of [
        '/api/auth/logout/all',
        '/API/auth/login',
        '/api/auth/login/',
        '//api/auth/login',
      ]) {
        expect([path, (await client().call('POST', path, { json: {} })).status]).toEqual([path, 404]);
      }
    });
  });
}
