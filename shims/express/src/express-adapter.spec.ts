import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import express, { Router, type Express, type RequestHandler } from 'express';
import { NAuth, type ExpressNAuth, type NAuthConfig, ExpressAdapter } from '.';
import { describeShim, type ServedShim } from '../../../test/support/shim-contract';

function handWritten(nauth: ExpressNAuth, config: NAuthConfig): Express {
  const { authService, helpers, adapter } = nauth;
  const app = express();
  const lateUser: RequestHandler = async (_req, res) => {
    await delay(2);
    res.json({ email: helpers.getCurrentUser()?.email ?? null });
  };
  app.get('/outside', lateUser);
  app.use(express.json());
  app.use(nauth.middleware.all());

  const router = Router();
  // prettier-ignore
  router.post('/signup', nauth.helpers.public(), async (req, res, next) => { try { res.status(201).json(await authService.signup(req.body)); } catch (err) { next(err); } });
  router.post(
    '/login',
    helpers.public(),
    adapter.wrapRouteHandler((req) => authService.login(req.body)),
  );
  router.post('/refresh', helpers.public(), async (req, res) => {
    res.json(await authService.refreshToken(req.body));
  });
  router.post('/logout', helpers.requireAuth(), async (req, res) => {
    res.json(await authService.logout(req.body));
  });
  app.use('/auth', router);

  if (config.tokenDelivery?.method === 'hybrid') {
    for (const method of ['json', 'cookies'] as const) {
      app.post(`/login-as/${method}`, helpers.public(), helpers.tokenDelivery(method), async (req, res) => {
        res.send(await authService.login(req.body));
      });
    }
  }
  app.post('/login-then/redirect', helpers.public(), async (req, res) => {
    await authService.login(req.body);
    res.redirect(303, '/welcome');
  });
  app.post('/login-then/fail', helpers.public(), async (req) => {
    await authService.login(req.body);
    throw new Error('afterwards');
  });
  app.get('/me', helpers.requireAuth(), (req, res) => {
    const user = helpers.getCurrentUser();
    res.json({
      email: user?.email,
      sameUser: user === helpers.getCurrentUser(req),
      sameSession: helpers.getCurrentSession()?.sessionId === helpers.getCurrentSession(req)?.sessionId,
      ip: helpers.getClientInfo(req)?.ipAddress,
    });
  });
  app.get('/maybe', helpers.optionalAuth(), (req, res) => {
    res.json({ email: helpers.getCurrentUser(req)?.email ?? null });
  });
  app.get('/late-user', lateUser);
  app.get('/bare', (_req, res) => void res.json({ open: true }));
  app.get('/boom', () => {
    throw new Error('unlucky');
  });
  app.use(nauth.errorHandler());
  return app;
}

function serve(app: Express, nauth: ExpressNAuth): Promise<ServedShim> {
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: async () => {
          await new Promise((done) => server.close(done));
          await nauth.close();
        },
      });
    });
  });
}

describeShim({
  handlers: async (config) => {
    const nauth = await NAuth.create({ config, adapter: new ExpressAdapter() });
    return serve(handWritten(nauth, config), nauth);
  },
  routes: async (config) => {
    const nauth = await NAuth.create({ config, adapter: new ExpressAdapter() });
    return serve(express().use(nauth.routes()), nauth);
  },
});
