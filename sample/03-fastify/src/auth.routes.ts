import type { FastifyNAuth } from '@nauth-toolkit/fastify';
import type { FastifyPluginAsync } from 'fastify';

/** Fastify marks each route itself: `public()`, or `requireAuth()` for a signed-in user. */
export function authRoutes({ authService, helpers, adapter }: FastifyNAuth): FastifyPluginAsync {
  const open = { preHandler: [helpers.public()] };
  const guarded = { preHandler: [helpers.requireAuth()] };
  const route = adapter.wrapRouteHandler;

  return async (fastify) => {
    fastify.post(
      '/signup',
      open,
      route(async (req, res) => {
        res.status(201).json(await authService.signup(req.body));
      }),
    );
    fastify.post(
      '/login',
      open,
      route(async (req, res) => res.json(await authService.login(req.body))),
    );
    fastify.post(
      '/refresh',
      open,
      route(async (req, res) => res.json(await authService.refreshToken(req.body))),
    );
    // A handler may also be a plain Fastify one that returns its answer.
    fastify.post('/logout', guarded, (request) => authService.logout(request.body));
    fastify.post('/logout/all', guarded, (request) => authService.logoutAll(request.body));
    fastify.get('/profile', guarded, () => authService.getProfile());
    fastify.put('/profile', guarded, (request) => authService.updateProfile(request.body));
    fastify.get('/sessions', guarded, () => authService.getUserSessions());
    fastify.delete('/sessions/:sessionId', guarded, (request) => authService.logoutSession(request.params));
  };
}
