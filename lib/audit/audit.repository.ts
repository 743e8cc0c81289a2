import type { AuditEventStatus, AuditEventType } from '../contracts';
import type { AuditEvent, StoredAuditEvent } from './audit-event';

export const AUDIT_REPOSITORY = Symbol('nauth.auditRepository');

/** The trail refused an event although the database answers: its table is missing or full, or the row was refused. */
export class AuditTrailError extends Error {
  constructor(cause: unknown) {
    super('The audit trail cannot be written.', { cause });
    this.name = 'AuditTrailError';
  }
}

/** Which events; every criterion that is given has to fit. */
export interface AuditFilter {
  userId?: string;
  tenant?: string;
  types?: readonly AuditEventType[];
  statuses?: readonly AuditEventStatus[];
  /** Inclusive. */
  from?: Date;
  /** Inclusive. */
  to?: Date;
}

export interface AuditSlice {
  events: AuditEvent[];
  /** How many fit, counted up to `countLimit`. */
  total: number;
}

export interface AuditRepository {
  /**
   * One insert; part of the surrounding unit of work, if there is one.
   *
   * @throws {AuditTrailError} when the trail is what is broken
   * @throws {NAuthException} SERVICE_UNAVAILABLE when the database is
   */
  insert(event: StoredAuditEvent): Promise<void>;
  /** The events that fit, newest first. */
  find(filter: AuditFilter, offset: number, limit: number, countLimit: number): Promise<AuditSlice>;
}
