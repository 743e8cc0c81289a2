import type { Server } from 'node:http';
import { ExpressAdapter, NAuth } from '@nauth-toolkit/express';
import express from 'express';
import { createControls } from '../controls';
import { LISTEN_ADDRESS, type StartHost } from '../running-host';
import { addressOf, refuseBroken } from './plain-server';

export const start: StartHost = async (harness, { port, broken }) => {
  refuseBroken(broken);
  const nauth = await NAuth.create({ config: harness.config, adapter: new ExpressAdapter() });
  const app = express();
  app.use(createControls(harness, nauth.isShuttingDown));
  app.get('/bare', (_request, response) => void response.json({ bare: true }));
  app.use(nauth.middleware.all());
  app.get('/public', nauth.helpers.public(), (request, response) => {
    response.json({ user: nauth.helpers.getCurrentUser(request)?.sub ?? null });
  });
  app.get('/recent', nauth.helpers.requireRecentAuth(300), (_request, response) => {
    response.json({ recent: true });
  });
  app.use(nauth.routes());
  app.use(nauth.errorHandler());
  const server = await new Promise<Server>((resolve, reject) => {
    const listening = app.listen(port, LISTEN_ADDRESS, (error) =>
      error ? reject(error) : resolve(listening),
    );
  });
  return {
    url: addressOf(server),
    close: () => nauth.shutdown(server),
  };
};
