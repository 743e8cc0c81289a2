import {
  dropTypeOfEmptyBody,
  responseSink,
  toNAuthException,
  type NAuthCore,
  type RequestState,
} from '@nauth-toolkit/nestjs';
import type { RequestHook } from './hook.type';

/**
 * The stages of the pipeline as hooks. Every stage runs once a request, however often it is asked for, and brings the
 * stages before it along.
 */
export class RequestPipeline {
  constructor(private readonly core: NAuthCore) {}

  /** `onRequest`: all that follows runs inside the context of the request. A callback hook, so that it can. */
  readonly begin: RequestHook = (request, reply, done) => {
    const state = this.core.context.open(request.raw);
    state.response ??= responseSink(reply);
    dropTypeOfEmptyBody(request.raw.headers);
    this.core.context.run(state, () => {
      this.core.clientInfo.handle(state);
      done();
    });
  };

  /** `preHandler`: a stage that need not wait. */
  stage(run: (state: RequestState) => void): RequestHook {
    return (request, _reply, done) => {
      const state = this.core.context.open(request.raw);
      this.core.context.run(state, () => {
        try {
          assertBegun(state);
          run(state);
        } catch (error) {
          done(asError(error));
          return;
        }
        done();
      });
    };
  }

  /** `preHandler`: the CSRF check. */
  readonly check: RequestHook = this.stage((state) => this.core.csrf.handle(state));

  /** `preHandler`: looks who is signed in, or demands that somebody is. */
  authenticate(verb: 'identify' | 'require'): RequestHook {
    return (request, reply, done) =>
      this.check(request, reply, (error) => {
        if (error) {
          done(error);
          return;
        }
        const state = this.core.context.open(request.raw);
        if (verb === 'identify' && state.identity.status !== 'unknown') done();
        else
          this.core.auth[verb](state).then(
            () => done(),
            (refusal: unknown) => done(asError(refusal)),
          );
      });
  }

  /** `preHandler`: demands a signed-in user, and a proof that is not older than this. */
  requireRecent(maxAgeMs: number): RequestHook {
    const authenticate = this.authenticate('require');
    return (request, reply, done) =>
      authenticate(request, reply, (error) => {
        if (error) {
          done(error);
          return;
        }
        this.core.recentAuthentication.assert(maxAgeMs).then(
          () => done(),
          (refusal: unknown) => done(asError(refusal)),
        );
      });
  }
}

/** Without the hooks of the plugin no answer would carry its tokens, which is better said than found out. */
function assertBegun(state: RequestState): void {
  if (!state.client) {
    throw new Error('nauth: `await fastify.register(nauth.plugin)` before the routes that use its helpers');
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : toNAuthException(error);
}
