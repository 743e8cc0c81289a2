import { Logger } from '@nestjs/common';
import { toNAuthException, type NAuthCore } from '@nauth-toolkit/nestjs';
import type { ErrorMiddleware } from './middleware.type';

/** Answers every error with a code of the wire contract. What the client does not see is in the log. */
export function createErrorAnswer(core: NAuthCore): ErrorMiddleware {
  const logger = new Logger('NAuthErrorHandler');
  return (error, _request, response, next) => {
    if (response.headersSent) {
      // Too late for an answer: Express closes the connection.
      next(error);
      return;
    }
    const coded = toNAuthException(error);
    if (coded.code === 'INTERNAL_ERROR') {
      logger.error('A route failed.', error instanceof Error ? error.stack : undefined);
    }
    const body = JSON.stringify(coded.toBody(new Date(core.clock.now())));
    response.statusCode = coded.getStatus();
    response.setHeader('cache-control', 'no-store');
    if (coded.retryAfter !== undefined) response.setHeader('retry-after', String(coded.retryAfter));
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.setHeader('content-length', Buffer.byteLength(body));
    response.end(body);
  };
}
