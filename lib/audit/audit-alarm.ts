/** An event that could not be written. */
export interface AuditFailure {
  eventType: string;
  /** True when the request was refused because of it (`auditLogs.mustAudit`). */
  failedClosed: boolean;
}

/** Hears of every event that could not be written. Must not throw and makes nobody wait. */
export interface AuditAlarm {
  auditFailed(failure: AuditFailure): void;
}

export const AUDIT_ALARM = Symbol('nauth.auditAlarm');
