import type { ExpressNAuth } from '@nauth-toolkit/express';
import { Router } from 'express';

/** Express marks each route itself: `public()`, or `requireAuth()` for a signed-in user. */
export function authRouter({ authService, mfaService, helpers }: ExpressNAuth): Router {
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
  router.post('/respond-challenge', helpers.public(), async (req, res) => {
    res.json(await authService.respondToChallenge(req.body));
  });
  router.post('/challenge/resend', helpers.public(), async (req, res) => {
    res.json(await authService.resendCode(req.body));
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
  router.post('/profile/email/confirm', helpers.requireAuth(), async (req, res) => {
    res.json(await authService.confirmEmail(req.body));
  });
  router.post('/change-password', helpers.requireAuth(), async (req, res) => {
    res.json(await authService.changePassword(req.body));
  });
  router.post('/forgot-password', helpers.public(), async (req, res) => {
    res.json(await authService.forgotPassword(req.body));
  });
  router.post('/forgot-password/confirm', helpers.public(), async (req, res) => {
    res.json(await authService.confirmForgotPassword(req.body));
  });
  router.get('/sessions', helpers.requireAuth(), async (_req, res) => {
    res.json(await authService.getUserSessions());
  });
  router.delete('/sessions/:sessionId', helpers.requireAuth(), async (req, res) => {
    res.json(await authService.logoutSession(req.params));
  });
  router.get('/audit/history', helpers.requireAuth(), async (req, res) => {
    res.json(await authService.getUserAuthHistory(req.query));
  });
  router.get('/mfa/status', helpers.requireAuth(), async (_req, res) => {
    res.json(await mfaService.getMfaStatus());
  });
  router.get('/mfa/devices', helpers.requireAuth(), async (_req, res) => {
    res.json(await mfaService.getUserDevices());
  });
  router.put('/mfa/devices/:deviceId', helpers.requireAuth(), async (req, res) => {
    res.json(await mfaService.renameDevice({ ...req.body, ...req.params }));
  });
  router.delete('/mfa/devices/:deviceId', helpers.requireAuth(), async (req, res) => {
    res.json(await mfaService.removeDevice(req.params));
  });
  router.post('/mfa/devices/:deviceId/preferred', helpers.requireAuth(), async (req, res) => {
    res.json(await mfaService.setPreferredDevice(req.params));
  });
  router.get('/mfa/available-methods', helpers.requireAuth(), async (_req, res) => {
    res.json(await mfaService.getAvailableMethods());
  });
  router.post('/mfa/setup-data', helpers.requireAuth(), async (req, res) => {
    res.json(await mfaService.setup(req.body));
  });
  router.post('/mfa/verify-setup', helpers.requireAuth(), async (req, res) => {
    res.json(await mfaService.verifySetup(req.body));
  });
  router.post('/mfa/challenge-data', helpers.requireAuth(), async (req, res) => {
    res.json(await mfaService.challenge(req.body));
  });
  router.post('/mfa/verify', helpers.requireAuth(), async (req, res) => {
    res.json(await mfaService.verify(req.body));
  });
  router.post('/mfa/backup-codes/generate', helpers.requireAuth(), async (_req, res) => {
    res.json(await mfaService.generateBackupCodes());
  });
  return router;
}
