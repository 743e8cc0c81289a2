import { NAuthClient } from '@nauth-toolkit/client';
import { FastifyAdapter, NAuth } from '@nauth-toolkit/fastify';
import Fastify from 'fastify';
import { randomBytes } from 'node:crypto';

const secret = (): string => randomBytes(48).toString('base64');

async function main(): Promise<void> {
  const nauth = await NAuth.create({
    adapter: new FastifyAdapter(),
    config: {
      database: { type: 'sqlite', url: ':memory:' },
      jwt: { accessToken: { secret: secret() }, refreshToken: { secret: secret() } },
      password: { bcryptCost: 4 },
      routes: { enabled: true },
    },
  });
  const app = Fastify();
  await app.register(nauth.plugin);
  await app.register(nauth.routes());
  app.get('/me', { preHandler: [nauth.helpers.requireAuth()] }, async (request) =>
    nauth.helpers.getCurrentUser(request),
  );
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const client = new NAuthClient({ baseUrl: url, tokenDelivery: 'json' });
  const account = { email: 'ada@example.com', password: 'correct horse battery staple' };
  await client.signup(account);
  await client.login(account.email, account.password);
  const { email } = await client.getProfile();
  const { status } = await fetch(`${url}/me`);
  await app.close();
  await nauth.close();
  console.log(JSON.stringify({ email, withoutToken: status }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
