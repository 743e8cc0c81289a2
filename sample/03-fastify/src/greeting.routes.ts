import type { FastifyNAuth } from '@nauth-toolkit/fastify';
import type { FastifyPluginAsync } from 'fastify';

/** A route of the application itself. */
export function greetingRoutes({ helpers }: FastifyNAuth): FastifyPluginAsync {
  return async (fastify) => {
    fastify.get('/', { preHandler: [helpers.requireAuth()] }, async (request) => {
      const user = helpers.getCurrentUser(request);
      return { message: `Hello, ${user?.firstName ?? user?.email}.` };
    });
  };
}
