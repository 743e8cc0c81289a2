import type { ArgumentsHost } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { Clock } from '../common';
import type { NAuthException } from '../errors';
import { responseSink } from './request-access';

/** Sends a coded error through whatever HTTP adapter the application has (wire contract, section Errors). */
export function replyError(
  exception: NAuthException,
  host: ArgumentsHost,
  adapterHost: HttpAdapterHost,
  clock: Clock,
): void {
  const response = host.switchToHttp().getResponse<unknown>();
  const { httpAdapter } = adapterHost;
  if (httpAdapter.isHeadersSent(response)) {
    httpAdapter.end(response);
    return;
  }
  const sink = responseSink(response);
  sink?.setHeader('cache-control', 'no-store');
  if (exception.retryAfter !== undefined) sink?.setHeader('retry-after', String(exception.retryAfter));
  httpAdapter.reply(response, exception.toBody(new Date(clock.now())), exception.getStatus());
}
