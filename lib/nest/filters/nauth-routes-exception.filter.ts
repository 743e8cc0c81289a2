import { Catch, Inject, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { CLOCK, type Clock } from '../../common';
import { toNAuthException } from '../../errors';
import { replyError } from '../error-reply';

/** For the ready-made routes: whatever is thrown there is answered with a code of the wire contract. */
@Injectable()
@Catch()
export class NAuthRoutesExceptionFilter implements ExceptionFilter {
  private readonly logger = new Logger(NAuthRoutesExceptionFilter.name);

  constructor(
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const coded = toNAuthException(exception);
    if (coded.code === 'INTERNAL_ERROR') {
      this.logger.error('A route failed.', exception instanceof Error ? exception.stack : undefined);
    }
    replyError(coded, host, this.adapterHost, this.clock);
  }
}
