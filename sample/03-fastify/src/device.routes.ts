import type { FastifyNAuth } from '@nauth-toolkit/fastify';
import type { FastifyPluginAsync } from 'fastify';

/** Devices on which no second factor is asked for, and the proof that trusting one, among others, asks for. */
export function deviceRoutes({ authService, helpers }: FastifyNAuth): FastifyPluginAsync {
  const guarded = { preHandler: [helpers.requireAuth()] };

  return async (fastify) => {
    fastify.post('/trust-device', guarded, () => authService.trustDevice());
    fastify.get('/is-trusted-device', guarded, () => authService.isTrustedDevice());
    fastify.get('/trusted-devices', guarded, () => authService.listTrustedDevices());
    fastify.delete('/trusted-devices', guarded, () => authService.revokeAllTrustedDevices());
    fastify.delete('/trusted-devices/:deviceId', guarded, (request) =>
      authService.revokeTrustedDevice(request.params),
    );
    // After AUTH_STEP_UP_REQUIRED: password, factor, or both, as its details say.
    fastify.post('/step-up', guarded, (request) => authService.stepUp(request.body));
    fastify.post('/step-up/challenge-data', guarded, (request) => authService.getStepUpData(request.body));
  };
}
