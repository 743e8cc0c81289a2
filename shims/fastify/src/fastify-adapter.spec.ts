import { setTimeout as delay } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { FastifyAdapter, NAuth, type FastifyNAuth, type NAuthConfig } from '.';
import { describeShim, type ServedShim } from '../../../test/support/shim-contract';

async function lateUser({ helpers }: FastifyNAuth): Promise<object> {
  await delay(2);
  return { email: helpers.getCurrentUser()?.email ?? null };
}

async function handWritten(
  fastify: FastifyInstance,
  nauth: FastifyNAuth,
  config: NAuthConfig,
): Promise<void> {
  const { authService, helpers, adapter } = nauth;
  await fastify.register(nauth.plugin);

  // prettier-ignore
  fastify.post('/auth/signup', { preHandler: [nauth.helpers.public()] }, nauth.adapter.wrapRouteHandler(async (req, res) => { res.status(201).json(await authService.signup(req.body)); }));
  const open = { preHandler: [helpers.public()] };
  const guarded = { preHandler: [helpers.requireAuth()] };
  fastify.post(
    '/auth/login',
    open,
    adapter.wrapRouteHandler((req) => authService.login(req.body)),
  );
  fastify.post('/auth/refresh', open, (request) => authService.refreshToken(request.body));
  fastify.post('/auth/logout', guarded, (request) => authService.logout(request.body));

  if (config.tokenDelivery?.method === 'hybrid') {
    for (const method of ['json', 'cookies'] as const) {
      const preHandler = [helpers.public(), helpers.tokenDelivery(method)];
      fastify.post(`/login-as/${method}`, { preHandler }, (request) => authService.login(request.body));
    }
  }
  fastify.post(
    '/login-then/redirect',
    open,
    adapter.wrapRouteHandler(async (req, res) => {
      await authService.login(req.body);
      res.redirect(303, '/welcome');
    }),
  );
  fastify.post('/login-then/fail', open, async (request) => {
    await authService.login(request.body);
    throw new Error('afterwards');
  });
  fastify.get('/me', guarded, async (request) => {
    const user = helpers.getCurrentUser();
    return {
      email: user?.email,
      sameUser: user === helpers.getCurrentUser(request),
      sameSession: helpers.getCurrentSession()?.sessionId === helpers.getCurrentSession(request)?.sessionId,
      ip: helpers.getClientInfo(request)?.ipAddress,
    };
  });
  fastify.get('/maybe', { preHandler: helpers.optionalAuth() }, async (request) => ({
    email: helpers.getCurrentUser(request)?.email ?? null,
  }));
  fastify.get('/late-user', () => lateUser(nauth));
  fastify.get('/bare', async () => ({ open: true }));
  fastify.get('/boom', async () => {
    throw new Error('unlucky');
  });
}

async function serve(fastify: FastifyInstance, nauth: FastifyNAuth): Promise<ServedShim> {
  const url = await fastify.listen({ port: 0, host: '127.0.0.1' });
  return {
    url,
    close: async () => {
      await fastify.close();
      await nauth.close();
    },
  };
}

describeShim({
  handlers: async (config) => {
    const nauth = await NAuth.create({ config, adapter: new FastifyAdapter() });
    const fastify = Fastify();
    fastify.get('/outside', () => lateUser(nauth));
    await fastify.register((scope) => handWritten(scope, nauth, config));
    return serve(fastify, nauth);
  },
  routes: async (config) => {
    const nauth = await NAuth.create({ config, adapter: new FastifyAdapter() });
    const fastify = Fastify();
    await fastify.register(nauth.routes());
    return serve(fastify, nauth);
  },
});
