import { Logger } from '@nestjs/common';
import { toNAuthException, type NAuthCore } from '@nauth-toolkit/nestjs';

/** What the error handler uses of a Fastify reply. */
export interface ErrorReply {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(payload: string): unknown;
}

/** An error handler of Fastify: `fastify.setErrorHandler(nauth.errorHandler)`. */
export type ErrorHandler = (error: unknown, request: object, reply: ErrorReply) => void;

/** Answers every error with a code of the wire contract. What the client does not see is in the log. */
export function createErrorHandler(core: NAuthCore): ErrorHandler {
  const logger = new Logger('NAuthErrorHandler');
  return (error, _request, reply) => {
    const coded = toNAuthException(error);
    if (coded.code === 'INTERNAL_ERROR') {
      logger.error('A route failed.', error instanceof Error ? error.stack : undefined);
    }
    reply.code(coded.getStatus());
    reply.header('cache-control', 'no-store');
    if (coded.retryAfter !== undefined) reply.header('retry-after', String(coded.retryAfter));
    reply.header('content-type', 'application/json; charset=utf-8');
    // As text, so that no response schema of the route reshapes it.
    reply.send(JSON.stringify(coded.toBody(new Date(core.clock.now()))));
  };
}
