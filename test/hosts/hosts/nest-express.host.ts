import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { StartHost } from '../running-host';
import { applicationModule, listen } from './nest-application';

export const start: StartHost = async (harness, options) => {
  const app = await NestFactory.create(applicationModule(harness.config), new ExpressAdapter(), {
    logger: harness.logger,
    abortOnError: false,
  });
  return listen(app, harness, options);
};
