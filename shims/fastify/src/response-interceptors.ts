import { Logger } from '@nestjs/common';
import type { NAuthCore, RequestState } from '@nauth-toolkit/nestjs';
import type { HookReply, SendHook } from './hook.type';

/** Called before the headers of an answer are sent, whatever its status. May set headers; has no effect on the body. */
export type ResponseInterceptor = (state: RequestState, reply: HookReply) => void;

/** Stage 4 of the pipeline, and what the application adds to it. */
export class ResponseInterceptors {
  private readonly logger = new Logger(ResponseInterceptors.name);
  private readonly registered: ResponseInterceptor[] = [];

  constructor(private readonly core: NAuthCore) {}

  register(interceptor: ResponseInterceptor): void {
    this.registered.push(interceptor);
  }

  readonly onSend: SendHook = (request, reply, _payload, done) => {
    const state = this.core.context.open(request.raw);
    // A route that failed after it had issued tokens gives none away.
    if (reply.statusCode < 400) this.core.tokenDelivery.handle(state);
    for (const interceptor of this.registered) this.call(interceptor, state, reply);
    done();
  };

  /** An error thrown here would come back with the answer to that error. */
  private call(interceptor: ResponseInterceptor, state: RequestState, reply: HookReply): void {
    try {
      interceptor(state, reply);
    } catch (error) {
      this.logger.error('A response interceptor failed.', error instanceof Error ? error.stack : undefined);
    }
  }
}
