import type { AuthAuditService } from '../../lib/audit';

/** For what writes refusals into a trail that nobody looks at. */
export const silentAudit: Pick<AuthAuditService, 'recordRefusal'> = {
  recordRefusal: () => Promise.resolve(),
};
