import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { NAuthCore, RouteDefinition } from '@nauth-toolkit/nestjs';
import type { ErrorHandler } from './error-handler';
import { BODY_LIMIT, readJsonBodies } from './json-body.parser';
import type { PluginHooks } from './plugin';
import type { RequestPipeline } from './request-pipeline';

/**
 * The selected rows of the manifest as an encapsulated plugin, below the configured prefix. It reads bodies and answers
 * errors itself, and brings the hooks of the pipeline where `nauth.plugin` has not been registered.
 */
export function readyMadeRoutes(
  core: NAuthCore,
  pipeline: RequestPipeline,
  hooks: PluginHooks,
  errorHandler: ErrorHandler,
): FastifyPluginCallback {
  const { prefix } = core.config.routes;
  const base = prefix ? `/${prefix}` : '';
  return (scope, _options, done) => {
    hooks.install(scope);
    readJsonBodies(scope);
    for (const route of core.routes) {
      scope.route({
        method: route.method,
        url: `${base}${route.path}`,
        bodyLimit: BODY_LIMIT,
        exposeHeadRoute: route.method === 'GET',
        preHandler: pipeline.authenticate(route.access === 'public' ? 'identify' : 'require'),
        errorHandler,
        handler: handle(core, route),
      });
    }
    done();
  };
}

function handle(core: NAuthCore, route: RouteDefinition) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const state = core.context.open(request.raw);
    const result = await core.context.run(state, () => core.runner.run(route, state, request));
    reply.code(route.status);
    return result;
  };
}
