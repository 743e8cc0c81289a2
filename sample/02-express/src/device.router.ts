import type { ExpressNAuth } from '@nauth-toolkit/express';
import { Router } from 'express';

/** Devices on which no second factor is asked for, and the proof that trusting one, among others, asks for. */
export function deviceRouter({ authService, helpers }: ExpressNAuth): Router {
  const router = Router();

  router.post('/trust-device', helpers.requireAuth(), async (_req, res) => {
    res.json(await authService.trustDevice());
  });
  router.get('/is-trusted-device', helpers.requireAuth(), async (_req, res) => {
    res.json(await authService.isTrustedDevice());
  });
  router.get('/trusted-devices', helpers.requireAuth(), async (_req, res) => {
    res.json(await authService.listTrustedDevices());
  });
  router.delete('/trusted-devices', helpers.requireAuth(), async (_req, res) => {
    res.json(await authService.revokeAllTrustedDevices());
  });
  router.delete('/trusted-devices/:deviceId', helpers.requireAuth(), async (req, res) => {
    res.json(await authService.revokeTrustedDevice(req.params));
  });
  // After AUTH_STEP_UP_REQUIRED: password, factor, or both, as its details say.
  router.post('/step-up', helpers.requireAuth(), async (req, res) => {
    res.json(await authService.stepUp(req.body));
  });
  router.post('/step-up/challenge-data', helpers.requireAuth(), async (req, res) => {
    res.json(await authService.getStepUpData(req.body));
  });
  return router;
}
