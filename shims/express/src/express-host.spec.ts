import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import express, { type Express } from 'express';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ExpressAdapter, NAuth, NAuthException, type ExpressNAuth, type NAuthConfig } from '.';
import { HttpClient } from '../../../test/support/http-client';
import { ada, login, shimConfig, signInCookies } from '../../../test/support/shim-contract';

const closing: (() => Promise<unknown>)[] = [];

async function boot(config: Partial<NAuthConfig> = {}): Promise<ExpressNAuth> {
  const nauth = await NAuth.create({ config: shimConfig(config), adapter: new ExpressAdapter() });
  closing.push(() => nauth.close());
  return nauth;
}

async function listen(app: Express): Promise<HttpClient> {
  const server = await new Promise<Server>((resolve) => {
    const started = app.listen(0, '127.0.0.1', () => resolve(started));
  });
  const client = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  closing.unshift(() => {
    client.close();
    return new Promise((done) => server.close(done));
  });
  return client;
}

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const cookies = { tokenDelivery: { method: 'cookies' } } as const;

describe('an Express host', () => {
  it('may mount the ready-made routes below a path, parse bodies itself and set trust proxy', async () => {
    const nauth = await boot({ ...cookies, routes: { enabled: true } });
    const app = express().set('trust proxy', true);
    app.use(express.json({ strict: false }), express.urlencoded());
    app.use('/api', nauth.middleware.all(), nauth.routes());
    app.get('/api/ip', (req, res) => void res.json(nauth.helpers.getClientInfo(req)?.ipAddress));
    const client = await listen(app);
    expect((await client.call('POST', '/api/auth/signup', { json: ada })).cookies).toEqual(signInCookies);
    expect((await client.call('GET', '/api/auth/profile')).body.email).toBe(ada.email);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const refused = await client.call('POST', '/api/auth/login', { raw: 'identifier=a', headers: form });
    expect(refused.body.code).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect((await client.call('POST', '/api/auth/login', { raw: '7' })).body.code).toBe('VALIDATION_FAILED');
    const spoofed = await client.call('GET', '/api/ip', { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(spoofed.text).toBe('"127.0.0.1"');
  });

  it('needs no middleware in front of helpers', async () => {
    const { authService, helpers, errorHandler } = await boot(cookies);
    const app = express();
    app.post('/signup', helpers.public(), express.json(), async (req, res) => {
      res.status(201).json(await authService.signup(req.body));
    });
    app.post('/change', helpers.requireAuth(), (_req, res) => void res.json(helpers.getCurrentUser()));
    app.use(errorHandler());
    const client = await listen(app);
    expect((await client.call('POST', '/signup', { json: ada })).cookies).toEqual(signInCookies);
    expect((await client.call('POST', '/change')).body.email).toBe(ada.email);
    client.jar.delete('nauth_csrf_token');
    expect((await client.call('POST', '/change')).body.code).toBe('AUTH_CSRF_TOKEN_MISSING');
  });

  it('takes the age of a recent proof as a duration, and refuses nonsense when the route is made (R084)', async () => {
    const { helpers } = await boot();
    for (const age of ['5m', 300, undefined]) expect(() => helpers.requireRecentAuth(age)).not.toThrow();
    for (const nonsense of [Number.NaN, Infinity, -1, '-5m', 'soon', '']) {
      expect(() => helpers.requireRecentAuth(nonsense)).toThrow(TypeError);
    }
  });

  it('asks for a proof of the age that the route names (R084)', async () => {
    let ahead = 0;
    const nauth = await boot({ routes: { enabled: true }, clock: { now: () => Date.now() + ahead } });
    const app = express().use(nauth.routes());
    app.get('/recent', nauth.helpers.requireRecentAuth('5m'), (_req, res) => void res.json({}));
    app.use(nauth.errorHandler());
    const client = await listen(app);
    const { body } = await client.call('POST', '/auth/signup', { json: ada });
    const token = body.accessToken;
    expect((await client.call('GET', '/recent', { token })).status).toBe(200);
    ahead = 6 * 60_000;
    expect((await client.call('GET', '/recent', { token })).body.code).toBe('AUTH_STEP_UP_REQUIRED');
  });

  it('takes the stages one by one', async () => {
    const { authService, helpers, middleware, errorHandler } = await boot(cookies);
    const app = express();
    app.use(
      middleware.clientInfo,
      middleware.csrf,
      middleware.auth,
      middleware.tokenDelivery,
      express.json(),
    );
    app.post('/signup', async (req, res) => void res.json(await authService.signup(req.body)));
    app.get('/me', (_req, res) => void res.json({ ...helpers.getCurrentUser(), ...helpers.getClientInfo() }));
    app.use(errorHandler());
    const client = await listen(app);
    await client.call('POST', '/signup', { json: ada });
    expect((await client.call('GET', '/me')).body).toMatchObject({
      email: ada.email,
      ipAddress: '127.0.0.1',
    });
    const foreign = await client.call('POST', '/signup', { headers: { origin: 'https://evil.example' } });
    expect(foreign.body.code).toBe('AUTH_CSRF_ORIGIN_REJECTED');
  });

  it('sends cookies with every way to answer, beside headers of its own', async () => {
    const { authService, helpers, middleware } = await boot(cookies);
    const app = express().use(middleware.all(), express.json());
    app.post('/signup', async (req, res) => void res.json(await authService.signup(req.body)));
    app.post('/send', async (req, res) => {
      await authService.login(req.body);
      res.cookie('theme', 'dark').send('ok');
    });
    app.post('/end', helpers.public(), async (req, res) => {
      await authService.login(req.body);
      res.setHeader('set-cookie', 'theme=dark').end();
    });
    app.post('/write-head', async (req, res) => {
      await authService.login(req.body);
      res.writeHead(200, 'Fine', { 'set-cookie': 'theme=dark', 'x-own': '1' }).end();
    });
    app.post('/write-head-list', async (req, res) => {
      await authService.login(req.body);
      res.writeHead(202, ['set-cookie', 'theme=dark', 'x-own', '1']).end();
    });
    app.post('/write-head-error', async (req, res) => {
      await authService.login(req.body);
      res.writeHead(409).end();
    });
    const client = await listen(app);
    await client.call('POST', '/signup', { json: ada });
    for (const path of ['/send', '/end', '/write-head', '/write-head-list']) {
      client.jar.clear();
      const answer = await client.call('POST', path, { json: login(ada) });
      expect([path, ...answer.cookies]).toEqual([path, 'theme', ...signInCookies]);
      if (path.startsWith('/write')) expect(answer.headers['x-own']).toBe('1');
    }
    client.jar.clear();
    expect((await client.call('POST', '/write-head-error', { json: login(ada) })).cookies).toEqual([]);
  });

  it('calls interceptors before headers leave, whatever becomes of them', async () => {
    const nauth = await boot();
    const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const seen: (string | undefined)[] = [];
    nauth.adapter.registerResponseInterceptor((state, response) => {
      seen.push(`${state.request.path} ${response.statusCode}`);
      response.setHeader('x-request-id', state.client?.requestId ?? 'none');
    });
    nauth.adapter.registerResponseInterceptor(() => {
      throw new Error('an interceptor of the application');
    });
    const app = express().use(nauth.middleware.all());
    app.get('/fine', (_req, res) => void res.json({}));
    app.use(nauth.errorHandler());
    const client = await listen(app);
    const id = { headers: { 'x-request-id': 'abc' } };
    expect((await client.call('GET', '/fine', id)).headers['x-request-id']).toBe('abc');
    expect((await client.call('GET', '/missing', id)).status).toBe(404);
    expect(seen).toEqual(['/fine 200', '/missing 404']);
    expect(log).toHaveBeenCalled();
    log.mockRestore();
  });

  it('sends what a wrapped route returns, unless it has answered', async () => {
    const { adapter, errorHandler } = await boot();
    const app = express();
    app.get(
      '/value',
      adapter.wrapRouteHandler(async () => ({ a: 1 })),
    );
    app.get(
      '/text',
      adapter.wrapRouteHandler(() => 'text'),
    );
    app.get(
      '/response',
      adapter.wrapRouteHandler((_req, res) => res.status(202).json({ b: 2 })),
    );
    app.get(
      '/late',
      adapter.wrapRouteHandler((_req, res) => void setTimeout(() => res.json({ c: 3 }), 5)),
    );
    app.get(
      '/later-response',
      adapter.wrapRouteHandler((_req, res) => {
        setTimeout(() => res.json({ d: 4 }), 5);
        return res;
      }),
    );
    app.get(
      '/busy',
      adapter.wrapRouteHandler(async () => {
        throw new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 7 });
      }),
    );
    app.get(
      '/started',
      adapter.wrapRouteHandler((_req, res) => {
        res.write('half');
        throw new NAuthException('FORBIDDEN');
      }),
    );
    app.use(errorHandler());
    const client = await listen(app);
    expect((await client.call('GET', '/value')).body).toEqual({ a: 1 });
    expect((await client.call('GET', '/text')).text).toBe('"text"');
    const answered = await client.call('GET', '/response');
    expect([answered.status, answered.body]).toEqual([202, { b: 2 }]);
    expect((await client.call('GET', '/late')).body).toEqual({ c: 3 });
    expect((await client.call('GET', '/later-response')).body).toEqual({ d: 4 });
    const busy = await client.call('GET', '/busy');
    expect([busy.status, busy.headers['retry-after'], busy.body.code]).toEqual([
      503,
      '7',
      'SERVICE_UNAVAILABLE',
    ]);
    await expect(client.call('GET', '/started')).rejects.toThrow();
  });

  it('keeps two instances on one application apart', async () => {
    const staff = await boot({ routes: { enabled: true, prefix: 'staff' } });
    const guests = await boot({ routes: { enabled: true, prefix: 'guests' } });
    const app = express();
    app.use(staff.middleware.all(), guests.middleware.all(), staff.routes(), guests.routes());
    app.get('/who', (req, res) => {
      const of = ({ helpers }: ExpressNAuth): unknown =>
        [helpers.getCurrentUser(req), helpers.getCurrentUser()].map((user) => user?.email);
      res.json({ staff: of(staff), guests: of(guests) });
    });
    const client = await listen(app);
    const { body } = await client.call('POST', '/staff/signup', { json: ada });
    const token = body.accessToken;
    expect((await client.call('GET', '/staff/profile', { token })).status).toBe(200);
    expect((await client.call('GET', '/guests/profile', { token })).body.code).toBe('AUTH_SESSION_NOT_FOUND');
    expect((await client.call('GET', '/who', { token })).body).toEqual({
      staff: [ada.email, ada.email],
      guests: [null, null],
    });
  });

  it('refuses at once a delivery that the configuration does not have', async () => {
    const { helpers } = await boot(cookies);
    expect(() => helpers.tokenDelivery('json')).toThrow(/hybrid/);
    expect(helpers.getCurrentUser()).toBeNull();
    expect(helpers.getClientInfo()).toBeNull();
  });
});
