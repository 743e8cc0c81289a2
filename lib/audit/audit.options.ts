export interface AuditOptions {
  /** Default true. */
  enabled?: boolean;
  /** Refuse with SERVICE_UNAVAILABLE what cannot be recorded, instead of going on and telling the log. Default false. */
  mustAudit?: boolean;
  /** Removes events that are older. Default: never. */
  retentionDays?: number;
  /** Keeps only the network of an address: IPv4 /24, IPv6 /48 (R131). Default false. */
  truncateIp?: boolean;
  /**
   * Whose trail an event belongs to; each tenant has a chain of its own. A function is asked for each event, in the
   * context of its request. Default 'default'.
   */
  tenant?: string | (() => string);
}

export interface ResolvedAuditOptions {
  enabled: boolean;
  mustAudit: boolean;
  retentionMs: number | undefined;
  truncateIp: boolean;
  tenant: string | (() => string);
  /** Whether events that go to the log leave out where their request came from. */
  redactLog: boolean;
}

export const AUDIT_OPTIONS = Symbol('nauth.auditOptions');
