import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { StartHost } from '../running-host';
import { applicationModule, listen } from './nest-application';

export const start: StartHost = async (harness, options) => {
  const app = await NestFactory.create<NestFastifyApplication>(
    applicationModule(harness.config),
    new FastifyAdapter(),
    { logger: harness.logger, abortOnError: false },
  );
  return listen(app, harness, options);
};
