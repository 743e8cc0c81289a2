import type { FastifyNAuth } from '@nauth-toolkit/fastify';
import type { FastifyPluginAsync } from 'fastify';

/** Fastify marks each route itself: `public()`, or `requireAuth()` for a signed-in user. */
export function authRoutes({ authService, mfaService, helpers, adapter }: FastifyNAuth): FastifyPluginAsync {
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
    fastify.post('/respond-challenge', open, (request) => authService.respondToChallenge(request.body));
    fastify.post('/challenge/resend', open, (request) => authService.resendCode(request.body));
    fastify.post('/challenge/setup-data', open, (request) => authService.getSetupData(request.body));
    fastify.post('/challenge/challenge-data', open, (request) => authService.getChallengeData(request.body));
    fastify.post('/passkey/login/options', open, (request) =>
      authService.getPasskeyLoginOptions(request.body),
    );
    fastify.post('/passkey/login/verify', open, (request) => authService.loginWithPasskey(request.body));
    fastify.post('/logout', guarded, (request) => authService.logout(request.body));
    fastify.post('/logout/all', guarded, (request) => authService.logoutAll(request.body));
    fastify.get('/profile', guarded, () => authService.getProfile());
    fastify.put('/profile', guarded, (request) => authService.updateProfile(request.body));
    fastify.post('/profile/email/confirm', guarded, (request) => authService.confirmEmail(request.body));
    fastify.post('/change-password', guarded, (request) => authService.changePassword(request.body));
    fastify.post('/forgot-password', open, (request) => authService.forgotPassword(request.body));
    fastify.post('/forgot-password/confirm', open, (request) =>
      authService.confirmForgotPassword(request.body),
    );
    fastify.get('/sessions', guarded, () => authService.getUserSessions());
    fastify.delete('/sessions/:sessionId', guarded, (request) => authService.logoutSession(request.params));
    fastify.get('/audit/history', guarded, (request) => authService.getUserAuthHistory(request.query));
    fastify.get('/mfa/status', guarded, () => mfaService.getMfaStatus());
    fastify.get('/mfa/devices', guarded, () => mfaService.getUserDevices());
    fastify.put('/mfa/devices/:deviceId', guarded, (request) =>
      mfaService.renameDevice(Object.assign({}, request.body, request.params)),
    );
    fastify.delete('/mfa/devices/:deviceId', guarded, (request) => mfaService.removeDevice(request.params));
    fastify.post('/mfa/devices/:deviceId/preferred', guarded, (request) =>
      mfaService.setPreferredDevice(request.params),
    );
    fastify.get('/mfa/available-methods', guarded, () => mfaService.getAvailableMethods());
    fastify.post('/mfa/setup-data', guarded, (request) => mfaService.setup(request.body));
    fastify.post('/mfa/verify-setup', guarded, (request) => mfaService.verifySetup(request.body));
    fastify.post('/mfa/challenge-data', guarded, (request) => mfaService.challenge(request.body));
    fastify.post('/mfa/verify', guarded, (request) => mfaService.verify(request.body));
    fastify.post('/mfa/backup-codes/generate', guarded, () => mfaService.generateBackupCodes());
  };
}
