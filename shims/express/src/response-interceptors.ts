import type { ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { NAuthCore, RequestState } from '@nauth-toolkit/nestjs';
import { beforeHeaders } from './before-headers';

/** Called before the headers of an answer are sent, whatever its status. May set headers; has no effect on the body. */
export type ResponseInterceptor = (state: RequestState, response: ServerResponse) => void;

/** Stage 4 of the pipeline, and what the application adds to it. */
export class ResponseInterceptors {
  private readonly logger = new Logger(ResponseInterceptors.name);
  private readonly registered: ResponseInterceptor[] = [];

  constructor(private readonly core: NAuthCore) {}

  register(interceptor: ResponseInterceptor): void {
    this.registered.push(interceptor);
  }

  /** Watches this answer. Called once for each request. */
  watch(state: RequestState, response: ServerResponse): void {
    beforeHeaders(response, {
      isNeeded: () => state.issued !== undefined || this.registered.length > 0,
      run: (status) => {
        // A route that failed after it had issued tokens gives none away.
        if (status < 400) this.core.tokenDelivery.handle(state);
        for (const interceptor of this.registered) this.call(interceptor, state, response);
      },
    });
  }

  /** An error thrown here would come back with the answer to that error, without end. */
  private call(interceptor: ResponseInterceptor, state: RequestState, response: ServerResponse): void {
    try {
      interceptor(state, response);
    } catch (error) {
      this.logger.error('A response interceptor failed.', error instanceof Error ? error.stack : undefined);
    }
  }
}
