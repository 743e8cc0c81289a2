import type { ExpressNAuth } from '@nauth-toolkit/express';
import { Router } from 'express';

/** A route of the application itself. */
export function greetingRouter({ helpers }: ExpressNAuth): Router {
  const router = Router();
  router.get('/', helpers.requireAuth(), (req, res) => {
    const user = helpers.getCurrentUser(req);
    res.json({ message: `Hello, ${user?.firstName ?? user?.email}.` });
  });
  return router;
}
