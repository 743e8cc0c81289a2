import type { IncomingMessage, ServerResponse } from 'node:http';
import { responseSink, type NAuthCore, type RequestState } from '@nauth-toolkit/nestjs';
import type { Middleware } from './middleware.type';
import type { ResponseInterceptors } from './response-interceptors';

/**
 * The stages of the pipeline as middleware. Every stage runs once a request, however often it is asked for, and brings
 * the stages before it along; so a route that is guarded behaves the same with and without middleware in front.
 */
export class RequestPipeline {
  constructor(
    private readonly core: NAuthCore,
    private readonly interceptors: ResponseInterceptors,
  ) {}

  /** The state of the request; from the first call on, its answer carries what the request issues. */
  open(request: IncomingMessage, response: ServerResponse): RequestState {
    const state = this.core.context.open(request);
    if (!state.response) {
      state.response = responseSink(response);
      this.interceptors.watch(state, response);
    }
    return state;
  }

  /** Runs a stage that need not wait, and all that follows inside the context of the request. */
  stage(run: (state: RequestState) => void): Middleware {
    return (request, response, next) => {
      const state = this.open(request, response);
      this.core.context.run(state, () => {
        try {
          run(state);
        } catch (error) {
          next(error);
          return;
        }
        next();
      });
    };
  }

  /** Stages 1 and 2. */
  check(state: RequestState): void {
    this.core.clientInfo.handle(state);
    this.core.csrf.handle(state);
  }

  /** Stages 1 to 3, and a proof that is not older than this. */
  requireRecent(maxAgeMs: number): Middleware {
    const authenticate = this.authenticate('require');
    return (request, response, next) =>
      authenticate(request, response, (error) => {
        if (error !== undefined) next(error);
        else this.core.recentAuthentication.assert(maxAgeMs).then(() => next(), next);
      });
  }

  /** Stages 1 to 3: looks who is signed in, or demands that somebody is. */
  authenticate(verb: 'identify' | 'require'): Middleware {
    const check = this.stage((state) => this.check(state));
    return (request, response, next) =>
      check(request, response, (error) => {
        if (error !== undefined) {
          next(error);
          return;
        }
        const state = this.core.context.open(request);
        if (verb === 'identify' && state.identity.status !== 'unknown') next();
        else this.core.auth[verb](state).then(() => next(), next);
      });
  }
}
