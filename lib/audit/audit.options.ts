export interface AuditOptions {
  /** Default true. */
  enabled?: boolean;
}

export interface ResolvedAuditOptions {
  enabled: boolean;
}

export const AUDIT_OPTIONS = Symbol('nauth.auditOptions');
