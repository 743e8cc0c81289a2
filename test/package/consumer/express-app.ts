import { NAuthClient } from '@nauth-toolkit/client';
import { ExpressAdapter, NAuth } from '@nauth-toolkit/express';
import express from 'express';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';

const secret = (): string => randomBytes(48).toString('base64');

async function main(): Promise<void> {
  const nauth = await NAuth.create({
    adapter: new ExpressAdapter(),
    config: {
      database: { type: 'sqlite', url: ':memory:' },
      jwt: { accessToken: { secret: secret() }, refreshToken: { secret: secret() } },
      password: { bcryptCost: 4 },
      routes: { enabled: true },
    },
  });
  const app = express();
  app.use(nauth.middleware.all());
  app.use(nauth.routes());
  app.get('/me', nauth.helpers.requireAuth(), (request, response) => {
    response.json(nauth.helpers.getCurrentUser(request));
  });
  app.use(nauth.errorHandler());
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const client = new NAuthClient({ baseUrl: url, tokenDelivery: 'json' });
  const account = { email: 'ada@example.com', password: 'correct horse battery staple' };
  await client.signup(account);
  await client.login(account.email, account.password);
  const { email } = await client.getProfile();
  const { status } = await fetch(`${url}/me`);
  server.closeAllConnections();
  server.close();
  await nauth.close();
  console.log(JSON.stringify({ email, withoutToken: status }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
