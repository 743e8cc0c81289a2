import { BadRequestException, Catch, HttpException, Inject, Injectable } from '@nestjs/common';
import type { ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { CLOCK, type Clock } from '../../common';
import { ContextStorage } from '../../context';
import { isBodyParserError, NAuthException, toNAuthException } from '../../errors';
import { replyError } from '../error-reply';
import { rawRequest } from '../request-access';

const PARSER_STATUS = new Set([400, 413, 415]);

/**
 * Global: answers the toolkit's own exceptions, and bodies that no parser could read, in the form of the wire contract.
 * Every other exception is the application's and goes to Nest's own filter, unchanged.
 */
@Injectable()
@Catch()
export class NAuthExceptionFilter extends BaseExceptionFilter {
  constructor(
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Inject(ContextStorage) private readonly storage: ContextStorage,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    super(adapterHost.httpAdapter);
  }

  override catch(exception: unknown, host: ArgumentsHost): void {
    // Other transports format errors themselves: not handling one hands it on.
    if (host.getType() !== 'http') return;
    if (exception instanceof NAuthException || this.isUnreadableBody(exception, host)) {
      replyError(toNAuthException(exception), host, this.adapterHost, this.clock);
      return;
    }
    super.catch(exception, host);
  }

  /**
   * Express hands parser errors on as they are. On Fastify, Nest has turned them into a bare HttpException by now; what
   * tells them from an application's own is that no guard has seen the request yet.
   */
  private isUnreadableBody(exception: unknown, host: ArgumentsHost): boolean {
    if (isBodyParserError(exception)) return true;
    if (this.adapterHost.httpAdapter.getType() !== 'fastify') return false;
    const isBare =
      exception instanceof HttpException &&
      (exception.constructor === HttpException || exception.constructor === BadRequestException);
    if (!isBare || !PARSER_STATUS.has(exception.getStatus())) return false;
    const request = host.switchToHttp().getRequest<unknown>();
    const raw = typeof request === 'object' && request !== null ? rawRequest(request) : undefined;
    return raw !== undefined && this.storage.open(raw).client === undefined;
  }
}
