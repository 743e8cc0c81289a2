import type { AuditEvent } from './audit-event';

export const AUDIT_REPOSITORY = Symbol('nauth.auditRepository');

export interface AuditRepository {
  /** One insert; part of the surrounding unit of work, if there is one. */
  insert(event: AuditEvent): Promise<void>;
}
