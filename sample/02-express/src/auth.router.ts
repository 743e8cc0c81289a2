import type { ExpressNAuth } from '@nauth-toolkit/express';
import { Router } from 'express';

/** Express marks each route itself: `public()`, or `requireAuth()` for a signed-in user. */
export function authRouter({ authService, helpers }: ExpressNAuth): Router {
  const router = Router();

  router.post('/signup', helpers.public(), async (req, res, next) => {
    try {
      res.status(201).json(await authService.signup(req.body));
    } catch (err) {
      next(err);
    }
  });
  // Express 5 hands the rejection of an async handler to the error handler by itself.
  router.post('/login', helpers.public(), async (req, res) => {
    res.json(await authService.login(req.body));
  });
  router.post('/refresh', helpers.public(), async (req, res) => {
    res.json(await authService.refreshToken(req.body));
  });
  router.post('/logout', helpers.requireAuth(), async (req, res) => {
    res.json(await authService.logout(req.body));
  });
  router.post('/logout/all', helpers.requireAuth(), async (req, res) => {
    res.json(await authService.logoutAll(req.body));
  });
  router.get('/profile', helpers.requireAuth(), async (_req, res) => {
    res.json(await authService.getProfile());
  });
  router.put('/profile', helpers.requireAuth(), async (req, res) => {
    res.json(await authService.updateProfile(req.body));
  });
  router.get('/sessions', helpers.requireAuth(), async (_req, res) => {
    res.json(await authService.getUserSessions());
  });
  router.delete('/sessions/:sessionId', helpers.requireAuth(), async (req, res) => {
    res.json(await authService.logoutSession(req.params));
  });
  return router;
}
