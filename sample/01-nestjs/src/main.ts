import 'reflect-metadata';
import { resolve } from 'node:path';
import { validationException } from '@nauth-toolkit/nestjs';
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { readEnvironment } from './environment';

async function bootstrap(): Promise<void> {
  const { host, port, pages } = readEnvironment();
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    logger: ['log', 'warn', 'error'],
  });
  app.useGlobalPipes(
    new ValidationPipe({
      whitelist: true,
      forbidNonWhitelisted: true,
      exceptionFactory: validationException,
    }),
  );
  if (pages) app.useStaticAssets(resolve(pages));
  app.enableShutdownHooks();
  await app.listen(port, host);
  console.log(`The sample listens on http://${host}:${port}`);
}

bootstrap().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
