import { resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import { FastifyAdapter, NAuth } from '@nauth-toolkit/fastify';
import Fastify from 'fastify';
import { authRoutes } from './auth.routes';
import { deviceRoutes } from './device.routes';
import { readEnvironment } from './environment';
import { greetingRoutes } from './greeting.routes';
import { nauthConfig } from './nauth.config';

async function main(): Promise<void> {
  const environment = readEnvironment();
  const nauth = await NAuth.create({ config: nauthConfig(environment), adapter: new FastifyAdapter() });

  const fastify = Fastify();
  await fastify.register(nauth.plugin);
  await fastify.register(authRoutes(nauth), { prefix: '/auth' });
  await fastify.register(deviceRoutes(nauth), { prefix: '/auth' });
  await fastify.register(greetingRoutes(nauth), { prefix: '/greeting' });

  const { host, port, pages } = environment;
  if (pages) await fastify.register(fastifyStatic, { root: resolve(pages) });
  await fastify.listen({ port, host });
  console.log(`The sample listens on http://${host}:${port}`);
  const stop = (): void => void nauth.shutdown(fastify);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
