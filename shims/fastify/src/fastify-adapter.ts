import type { FastifyPluginCallback, RouteGenericInterface } from 'fastify';
import type { ClosableServer, HostAdapter, NAuthCore, NAuthServices } from '@nauth-toolkit/nestjs';
import { createErrorHandler, type ErrorHandler } from './error-handler';
import { createHelpers, type FastifyHelpers } from './helpers';
import type { RequestHook, SendHook } from './hook.type';
import { createPlugin, PluginHooks, type NAuthPluginOptions } from './plugin';
import { readyMadeRoutes } from './ready-made-routes';
import { RequestPipeline } from './request-pipeline';
import { ResponseInterceptors, type ResponseInterceptor } from './response-interceptors';
import { wrapRouteHandler, type RouteHandler, type WrappedRouteHandler } from './route-handler';

/** The pipeline as single hooks, for an application that does without `nauth.plugin`. All four are needed. */
export interface FastifyMiddleware {
  /** `onRequest`: opens the context of the request; address, user agent and request id of the client. */
  readonly clientInfo: RequestHook;
  /** `preHandler`: the CSRF check. */
  readonly csrf: RequestHook;
  /** `preHandler`: who is signed in. Refuses nobody; `helpers.requireAuth()` does. Brings the CSRF check along. */
  readonly auth: RequestHook;
  /** `onSend`: lets answers carry the tokens that their requests issued. */
  readonly tokenDelivery: SendHook;
}

/** What `NAuth.create({ adapter: new FastifyAdapter() })` gives besides the services. */
export interface FastifyHost {
  /** All stages, and the error handler unless `errorHandler: false`: `await fastify.register(nauth.plugin)`. */
  readonly plugin: FastifyPluginCallback<NAuthPluginOptions>;
  readonly middleware: FastifyMiddleware;
  readonly helpers: FastifyHelpers;
  readonly adapter: {
    /** Adds a function that is called before the headers of an answer are sent. */
    registerResponseInterceptor(interceptor: ResponseInterceptor): void;
    /** A route in the manner of Express: `res.status(201).json(...)`, or what it returns. */
    wrapRouteHandler<Route extends RouteGenericInterface = RouteGenericInterface>(
      handler: RouteHandler<Route>,
    ): WrappedRouteHandler<Route>;
  };
  /** Answers every error in the form of the wire contract: `fastify.setErrorHandler(nauth.errorHandler)`. */
  readonly errorHandler: ErrorHandler;
  /** The ready-made routes below `routes.prefix`: `await fastify.register(nauth.routes())`. */
  routes(): FastifyPluginCallback;
  /**
   * Stops an application without a request lost, for a signal handler (R160): requests are taken for another
   * `shutdown.drainDelay`, then `fastify.close()` takes no new connections and finishes what is in hand, then the toolkit
   * is closed. What is open after `shutdown.timeout` is cut.
   */
  shutdown(fastify: ClosableApplication): Promise<void>;
}

/** What is used of a Fastify instance to stop it. Structural, so that instances of any server type fit. */
export interface ClosableApplication {
  readonly server: ClosableServer;
  close(): PromiseLike<unknown>;
}

/** The toolkit as a Fastify application holds it. */
export type FastifyNAuth = NAuthServices & FastifyHost;

/** Gives the toolkit the form of Fastify 5. */
export class FastifyAdapter implements HostAdapter<FastifyHost> {
  attach(core: NAuthCore): FastifyHost {
    const interceptors = new ResponseInterceptors(core);
    const pipeline = new RequestPipeline(core);
    const errorHandler = createErrorHandler(core);
    const middleware: FastifyMiddleware = {
      clientInfo: pipeline.begin,
      csrf: pipeline.check,
      auth: pipeline.authenticate('identify'),
      tokenDelivery: interceptors.onSend,
    };
    const hooks = new PluginHooks(middleware.clientInfo, middleware.auth, middleware.tokenDelivery);
    return {
      plugin: createPlugin(hooks, errorHandler),
      middleware,
      helpers: createHelpers(core, pipeline),
      adapter: {
        registerResponseInterceptor: (interceptor) => interceptors.register(interceptor),
        wrapRouteHandler: (handler) => wrapRouteHandler(core, handler),
      },
      errorHandler,
      routes: () => readyMadeRoutes(core, pipeline, hooks, errorHandler),
      shutdown: (fastify) =>
        core.gracefulShutdown.run(fastify.server, () => Promise.resolve(fastify.close()), core.close),
    };
  }
}
