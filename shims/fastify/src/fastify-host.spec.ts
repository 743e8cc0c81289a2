import { setTimeout as delay } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FastifyAdapter, NAuth, NAuthException, type FastifyNAuth, type NAuthConfig } from '.';
import { HttpClient } from '../../../test/support/http-client';
import { ada, login, shimConfig, signInCookies } from '../../../test/support/shim-contract';

const closing: (() => Promise<unknown>)[] = [];

async function boot(config: Partial<NAuthConfig> = {}): Promise<FastifyNAuth> {
  const nauth = await NAuth.create({ config: shimConfig(config), adapter: new FastifyAdapter() });
  closing.push(() => nauth.close());
  return nauth;
}

async function listen(fastify: FastifyInstance): Promise<HttpClient> {
  const client = new HttpClient(await fastify.listen({ port: 0, host: '127.0.0.1' }));
  closing.unshift(() => {
    client.close();
    return fastify.close();
  });
  return client;
}

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const cookies = { tokenDelivery: { method: 'cookies' } } as const;

describe('a Fastify host', () => {
  it('may mount the ready-made routes below a path, with and without the plugin', async () => {
    for (const withPlugin of [true, false]) {
      const nauth = await boot({ ...cookies, routes: { enabled: true } });
      const fastify = Fastify({ trustProxy: true });
      if (withPlugin) await fastify.register(nauth.plugin);
      await fastify.register(nauth.routes(), { prefix: '/api' });
      const client = await listen(fastify);
      expect((await client.call('POST', '/api/auth/signup', { json: ada })).cookies).toEqual(signInCookies);
      expect((await client.call('GET', '/api/auth/profile')).body.email).toBe(ada.email);
      client.jar.delete('nauth_csrf_token');
      const refused = await client.call('POST', '/api/auth/logout', { json: {} });
      expect(refused.body.code).toBe('AUTH_CSRF_TOKEN_MISSING');
    }
  });

  it('keeps its own body parsers and error handler', async () => {
    const nauth = await boot({ routes: { enabled: true } });
    const fastify = Fastify();
    fastify.setErrorHandler((_error, _request, reply) => reply.code(418).send({ own: true }));
    fastify.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );
    await fastify.register(nauth.plugin, { errorHandler: false });
    await fastify.register(nauth.routes());
    fastify.post('/csv', async (request) => ({ csv: request.body }));
    fastify.get('/guarded', { preHandler: nauth.helpers.requireAuth() }, async () => ({}));
    const client = await listen(fastify);
    const csv = { raw: 'a,b', headers: { 'content-type': 'text/csv' } };
    expect((await client.call('POST', '/csv', csv)).body).toEqual({ csv: 'a,b' });
    expect((await client.call('GET', '/guarded')).status).toBe(418);
    expect((await client.call('GET', '/auth/profile')).body.code).toBe('AUTH_TOKEN_MISSING');
    expect((await client.call('POST', '/auth/login', csv)).body.code).toBe('UNSUPPORTED_MEDIA_TYPE');
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
    const fastify = Fastify();
    await fastify.register(nauth.plugin);
    await fastify.register(nauth.routes());
    fastify.get('/recent', { preHandler: [nauth.helpers.requireRecentAuth('5m')] }, async () => ({}));
    const client = await listen(fastify);
    const { body } = await client.call('POST', '/auth/signup', { json: ada });
    const token = body.accessToken;
    expect((await client.call('GET', '/recent', { token })).status).toBe(200);
    ahead = 6 * 60_000;
    expect((await client.call('GET', '/recent', { token })).body.code).toBe('AUTH_STEP_UP_REQUIRED');
  });

  it('takes the stages one by one', async () => {
    const { authService, helpers, middleware, errorHandler } = await boot(cookies);
    const fastify = Fastify();
    fastify.setErrorHandler(errorHandler);
    fastify.addHook('onRequest', middleware.clientInfo);
    fastify.addHook('preHandler', middleware.csrf);
    fastify.addHook('preHandler', middleware.auth);
    fastify.addHook('onSend', middleware.tokenDelivery);
    fastify.post('/signup', (request) => authService.signup(request.body));
    fastify.get('/me', async () => ({ ...helpers.getCurrentUser(), ...helpers.getClientInfo() }));
    const client = await listen(fastify);
    expect((await client.call('POST', '/signup', { json: ada })).cookies).toEqual(signInCookies);
    expect((await client.call('GET', '/me')).body).toMatchObject({
      email: ada.email,
      ipAddress: '127.0.0.1',
    });
    const foreign = await client.call('POST', '/signup', {
      json: ada,
      headers: { origin: 'https://evil.example' },
    });
    expect(foreign.body.code).toBe('AUTH_CSRF_ORIGIN_REJECTED');
  });

  it('refuses to run helpers without the plugin', async () => {
    const { helpers, errorHandler } = await boot();
    const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const fastify = Fastify();
    fastify.setErrorHandler(errorHandler);
    fastify.get('/open', { preHandler: [helpers.public()] }, async () => ({}));
    const client = await listen(fastify);
    expect((await client.call('GET', '/open')).body.code).toBe('INTERNAL_ERROR');
    expect(log).toHaveBeenCalled();
    log.mockRestore();
  });

  it('calls interceptors before headers leave, whatever becomes of them', async () => {
    const nauth = await boot();
    const log = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const seen: string[] = [];
    nauth.adapter.registerResponseInterceptor((state, reply) => {
      seen.push(`${state.request.path} ${reply.statusCode}`);
      reply.header('x-request-id', state.client?.requestId ?? 'none');
    });
    nauth.adapter.registerResponseInterceptor(() => {
      throw new Error('an interceptor of the application');
    });
    const fastify = Fastify();
    await fastify.register(nauth.plugin);
    fastify.get('/fine', async () => ({}));
    const client = await listen(fastify);
    const id = { headers: { 'x-request-id': 'abc' } };
    expect((await client.call('GET', '/fine', id)).headers['x-request-id']).toBe('abc');
    expect((await client.call('GET', '/missing', id)).status).toBe(404);
    expect(seen).toEqual(['/fine 200', '/missing 404']);
    expect(log).toHaveBeenCalled();
    log.mockRestore();
  });

  it('gives wrapped routes a response as Express has it', async () => {
    const { adapter, plugin } = await boot();
    const fastify = Fastify();
    await fastify.register(plugin);
    // An answer that is handed over has not left yet.
    fastify.addHook('onSend', async () => delay(2));
    const get = (path: string, handler: Parameters<typeof adapter.wrapRouteHandler>[0]): unknown =>
      fastify.get(path, adapter.wrapRouteHandler(handler));
    get('/value', async () => ({ a: 1 }));
    get('/text', () => 'text');
    get('/response', (_req, res) => res.status(202).setHeader('x-own', 1).json({ b: 2 }));
    get('/late', (_req, res) => void setTimeout(() => res.json({ c: 3 }), 5));
    get('/twice', (_req, res) => {
      res.send('first');
      return 'second';
    });
    get('/null', (_req, res) => res.json(null));
    get('/end', (_req, res) => void res.status(204).end());
    get('/redirect', (_req, res) => res.redirect('/elsewhere'));
    get('/busy', async () => {
      throw new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 7 });
    });
    const client = await listen(fastify);
    expect((await client.call('GET', '/value')).body).toEqual({ a: 1 });
    expect((await client.call('GET', '/text')).text).toBe('"text"');
    const answered = await client.call('GET', '/response');
    expect([answered.status, answered.headers['x-own'], answered.body]).toEqual([202, '1', { b: 2 }]);
    expect((await client.call('GET', '/late')).body).toEqual({ c: 3 });
    expect((await client.call('GET', '/twice')).text).toBe('first');
    expect((await client.call('GET', '/null')).text).toBe('null');
    expect((await client.call('GET', '/end')).status).toBe(204);
    const redirected = await client.call('GET', '/redirect');
    expect([redirected.status, redirected.headers.location]).toEqual([302, '/elsewhere']);
    const busy = await client.call('GET', '/busy');
    expect([busy.status, busy.headers['retry-after'], busy.body.code]).toEqual([
      503,
      '7',
      'SERVICE_UNAVAILABLE',
    ]);
  });

  it('keeps two instances on one application apart', async () => {
    const staff = await boot({ routes: { enabled: true, prefix: 'staff' } });
    const guests = await boot({ routes: { enabled: true, prefix: 'guests' } });
    const warnings = vi.fn();
    process.on('warning', warnings);
    const fastify = Fastify();
    await fastify.register(staff.plugin);
    await fastify.register(guests.plugin);
    await fastify.register(staff.routes());
    await fastify.register(guests.routes());
    fastify.get('/who', async (request) => {
      const of = ({ helpers }: FastifyNAuth): unknown =>
        [helpers.getCurrentUser(request), helpers.getCurrentUser()].map((user) => user?.email);
      return { staff: of(staff), guests: of(guests) };
    });
    const client = await listen(fastify);
    const { body } = await client.call('POST', '/staff/signup', { json: ada });
    const token = body.accessToken;
    expect((await client.call('GET', '/staff/profile', { token })).status).toBe(200);
    expect((await client.call('GET', '/guests/profile', { token })).body.code).toBe('AUTH_SESSION_NOT_FOUND');
    expect((await client.call('GET', '/who', { token })).body).toEqual({
      staff: [ada.email, ada.email],
      guests: [null, null],
    });
    process.off('warning', warnings);
    expect(warnings).not.toHaveBeenCalled();
  });

  it('refuses at once a delivery that the configuration does not have', async () => {
    const { helpers } = await boot(cookies);
    expect(() => helpers.tokenDelivery('json')).toThrow(/hybrid/);
    expect(helpers.getCurrentUser()).toBeNull();
    expect(helpers.getClientInfo()).toBeNull();
  });

  it('answers a login of another route with its tokens only when it succeeded', async () => {
    const { authService, plugin, helpers } = await boot(cookies);
    const fastify = Fastify();
    await fastify.register(plugin);
    fastify.post('/signup', { preHandler: [helpers.public()] }, (request) =>
      authService.signup(request.body),
    );
    fastify.post('/conflict', async (request, reply) => {
      await authService.login(request.body);
      return reply.code(409).send({});
    });
    const client = await listen(fastify);
    await client.call('POST', '/signup', { json: ada });
    client.jar.clear();
    expect((await client.call('POST', '/conflict', { json: login(ada) })).cookies).toEqual([]);
  });
});
