import { ExpressAdapter, NAuth } from '@nauth-toolkit/express';
import express from 'express';
import { authRouter } from './auth.router';
import { deviceRouter } from './device.router';
import { readEnvironment } from './environment';
import { greetingRouter } from './greeting.router';
import { nauthConfig } from './nauth.config';

async function main(): Promise<void> {
  const environment = readEnvironment();
  const nauth = await NAuth.create({ config: nauthConfig(environment), adapter: new ExpressAdapter() });

  const app = express();
  app.use(nauth.middleware.all());
  app.use(express.json());
  app.use('/auth', authRouter(nauth));
  app.use('/auth', deviceRouter(nauth));
  app.use(nauth.routes());
  if (environment.pages) app.use(express.static(environment.pages));
  app.use('/greeting', greetingRouter(nauth));
  app.use(nauth.errorHandler());

  const { host, port } = environment;
  const server = app.listen(port, host, (error) => {
    if (error) throw error;
    console.log(`The sample listens on http://${host}:${port}`);
  });
  const stop = (): void => void nauth.shutdown(server);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
