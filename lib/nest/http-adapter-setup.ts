import type { AbstractHttpAdapter } from '@nestjs/core';
import type { ContextStorage, IncomingRequest } from '../context';
import { isBodyParserError, toNAuthException } from '../errors';
import type { ClosableServer, GracefulShutdown } from '../shutdown';

interface RequestEvents extends ClosableServer {
  prependListener(
    event: 'request',
    listener: (
      request: IncomingRequest,
      response: { setHeader(name: string, value: string): unknown },
    ) => void,
  ): unknown;
}

interface ExpressLike {
  use(
    handler: (error: unknown, request: unknown, response: unknown, next: (error: unknown) => void) => void,
  ): unknown;
}

interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (request: { headers: IncomingRequest['headers'] }, reply: unknown, done: () => void) => void,
  ): unknown;
}

/**
 * What has to stand before the application's own handlers: the moment of arrival is noted before a body is read, and
 * the two adapters treat bodies alike.
 */
export function prepareHttpAdapter(
  adapter: AbstractHttpAdapter,
  storage: ContextStorage,
  shutdown: GracefulShutdown,
): void {
  const server: unknown = adapter.getHttpServer();
  if (isRequestEvents(server)) {
    server.prependListener('request', (request) => void storage.open(request));
    shutdown.watch(server);
  }
  const instance: unknown = adapter.getInstance();
  if (adapter.getType() === 'express' && isExpress(instance)) {
    // Nest would reduce a parser's error to its text; marked here, it is answered with its code.
    instance.use((error, _request, _response, next) =>
      next(isBodyParserError(error) ? toNAuthException(error) : error),
    );
  }
  if (adapter.getType() === 'fastify' && isFastify(instance)) {
    instance.addHook('onRequest', (request, _reply, done) => {
      dropTypeOfEmptyBody(request.headers);
      done();
    });
  }
}

/** Clients send a JSON content type on requests without a body, which Fastify refuses to read (wire contract). */
export function dropTypeOfEmptyBody(headers: IncomingRequest['headers']): void {
  const length = headers['content-length'];
  if ((length === undefined || length === '0') && headers['transfer-encoding'] === undefined) {
    delete headers['content-type'];
  }
}

function isRequestEvents(value: unknown): value is RequestEvents {
  return has(value, 'prependListener');
}

function isExpress(value: unknown): value is ExpressLike {
  return has(value, 'use');
}

function isFastify(value: unknown): value is FastifyLike {
  return has(value, 'addHook');
}

function has(value: unknown, method: string): boolean {
  const isContainer = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isContainer && typeof Reflect.get(value, method) === 'function';
}
