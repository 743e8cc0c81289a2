import { json, Router, type RequestHandler } from 'express';
import type { NAuthCore, RouteDefinition } from '@nauth-toolkit/nestjs';
import type { ErrorMiddleware } from './middleware.type';
import type { RequestPipeline } from './request-pipeline';

const VERBS = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const;

/**
 * The selected rows of the manifest as a router, below the configured prefix. It reads bodies itself where the
 * application has not done so, and answers its own errors, so that it works in an application that has neither.
 */
export function readyMadeRoutes(
  core: NAuthCore,
  pipeline: RequestPipeline,
  answerError: ErrorMiddleware,
): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const { prefix } = core.config.routes;
  const base = prefix ? `/${prefix}` : '';
  // First of all the state is opened: it notes when the request arrived, before its body is waited for.
  const open = pipeline.stage(() => undefined);
  const readBody = json({ limit: '100kb', inflate: false });
  for (const route of core.routes) {
    const guard = pipeline.authenticate(route.access === 'public' ? 'identify' : 'require');
    const before = route.method === 'GET' ? [open, guard] : [open, readBody, guard];
    router[VERBS[route.method]](`${base}${route.path}`, ...before, handle(core, route));
  }
  router.use(answerError);
  return router;
}

function handle(core: NAuthCore, route: RouteDefinition): RequestHandler {
  return (request, response, next) => {
    const state = core.context.open(request);
    core.context.run(state, () => {
      const run = async (): Promise<void> => {
        const result = await core.runner.run(route, state, request);
        response.status(route.status).json(result);
      };
      run().catch(next);
    });
  };
}
