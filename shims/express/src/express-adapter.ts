import type { Server } from 'node:http';
import type { RequestHandler, Router } from 'express';
import type { HostAdapter, NAuthCore, NAuthServices } from '@nauth-toolkit/nestjs';
import { createErrorAnswer } from './error-answer';
import { createHelpers, type ExpressHelpers } from './helpers';
import type { ErrorMiddleware, Middleware } from './middleware.type';
import { readyMadeRoutes } from './ready-made-routes';
import { RequestPipeline } from './request-pipeline';
import { ResponseInterceptors, type ResponseInterceptor } from './response-interceptors';
import { wrapRouteHandler, type RouteHandler } from './route-handler';

/** The pipeline as middleware. Each brings the stages before it along, and no stage runs twice. */
export interface ExpressMiddleware {
  /** Stage 1: address, user agent and request id of the client. */
  readonly clientInfo: Middleware;
  /** Stage 2: the CSRF check. */
  readonly csrf: Middleware;
  /** Stage 3: who is signed in. Refuses nobody; `helpers.requireAuth()` does. */
  readonly auth: Middleware;
  /** Stage 4: lets answers carry the tokens that their requests issued. */
  readonly tokenDelivery: Middleware;
  /** All stages in one. */
  all(): Middleware;
}

/** What `NAuth.create({ adapter: new ExpressAdapter() })` gives besides the services. */
export interface ExpressHost {
  readonly middleware: ExpressMiddleware;
  readonly helpers: ExpressHelpers;
  readonly adapter: {
    /** Adds a function that is called before the headers of an answer are sent. */
    registerResponseInterceptor(interceptor: ResponseInterceptor): void;
    /** Runs a route in the context of its request, sends what it returns and hands on what it throws. */
    wrapRouteHandler(handler: RouteHandler): RequestHandler;
  };
  /** The last `app.use()`: answers every error in the form of the wire contract. */
  errorHandler(): ErrorMiddleware;
  /** The ready-made routes below `routes.prefix`: `app.use(nauth.routes())`. */
  routes(): Router;
  /**
   * Stops a server without a request lost, for a signal handler (R160): requests are taken for another
   * `shutdown.drainDelay`, then the server takes no new connections and finishes what it has in hand, then the toolkit is
   * closed. What is open after `shutdown.timeout` is cut.
   */
  shutdown(server: Server): Promise<void>;
}

/** The toolkit as an Express application holds it. */
export type ExpressNAuth = NAuthServices & ExpressHost;

/** Gives the toolkit the form of Express 5. */
export class ExpressAdapter implements HostAdapter<ExpressHost> {
  attach(core: NAuthCore): ExpressHost {
    const interceptors = new ResponseInterceptors(core);
    const pipeline = new RequestPipeline(core, interceptors);
    const answerError = createErrorAnswer(core);
    return {
      middleware: {
        clientInfo: pipeline.stage((state) => core.clientInfo.handle(state)),
        csrf: pipeline.stage((state) => pipeline.check(state)),
        auth: pipeline.authenticate('identify'),
        // Opening the state of a request is what makes its answer watched.
        tokenDelivery: pipeline.stage(() => undefined),
        all: () => pipeline.authenticate('identify'),
      },
      helpers: createHelpers(core, pipeline),
      adapter: {
        registerResponseInterceptor: (interceptor) => interceptors.register(interceptor),
        wrapRouteHandler: (handler) => wrapRouteHandler(core, pipeline, handler),
      },
      errorHandler: () => answerError,
      routes: () => readyMadeRoutes(core, pipeline, answerError),
      shutdown: (server) => core.gracefulShutdown.run(server, () => closeServer(server), core.close),
    };
  }
}

/** A server that is closed already has nothing left to do. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
