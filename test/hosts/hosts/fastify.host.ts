import { FastifyAdapter, NAuth } from '@nauth-toolkit/fastify';
import fastify from 'fastify';
import { createControls } from '../controls';
import { LISTEN_ADDRESS, type StartHost } from '../running-host';
import { refuseBroken } from './plain-server';

export const start: StartHost = async (harness, { port, broken }) => {
  refuseBroken(broken);
  const nauth = await NAuth.create({ config: harness.config, adapter: new FastifyAdapter() });
  const app = fastify();
  const controls = createControls(harness, nauth.isShuttingDown);
  app.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith('/__')) reply.hijack();
    controls(request.raw, reply.raw, done);
  });
  app.get('/bare', () => Promise.resolve({ bare: true }));
  await app.register(async (scope) => {
    await scope.register(nauth.plugin);
    scope.get('/public', { preHandler: [nauth.helpers.public()] }, (request) =>
      Promise.resolve({ user: nauth.helpers.getCurrentUser(request)?.sub ?? null }),
    );
    scope.get('/recent', { preHandler: [nauth.helpers.requireRecentAuth(300)] }, () =>
      Promise.resolve({ recent: true }),
    );
    await scope.register(nauth.routes());
  });
  const url = await app.listen({ port, host: LISTEN_ADDRESS });
  return {
    url,
    close: () => nauth.shutdown(app),
  };
};
