/** What an event of the audit trail tells of. */
export type AuditEventType =
  | 'LOGIN_ATTEMPT'
  | 'LOGIN_SUCCESS'
  | 'LOGIN_FAILED'
  | 'LOGIN_BLOCKED'
  | 'SESSION_CREATED'
  | 'SESSION_REVOKED'
  | 'GLOBAL_SIGNOUT'
  | 'TOKEN_REFRESHED'
  | 'REFRESH_REUSE'
  | 'PASSWORD_CHANGED'
  | 'PASSWORD_HASH_UPGRADE_FAILED'
  | 'PASSWORD_BREACH_CHECK_FAILED'
  | 'PASSWORD_RESET_REQUESTED'
  | 'PASSWORD_RESET_COMPLETED'
  | 'PASSWORD_FORCE_CHANGE_SET'
  | 'PASSWORD_FORCE_CHANGE_COMPLETED'
  | 'ADMIN_PASSWORD_RESET_INITIATED'
  | 'ADMIN_PASSWORD_RESET_COMPLETED'
  | 'ADMIN_PASSWORD_RESET_FAILED'
  | 'MFA_ENABLED'
  | 'MFA_DISABLED'
  | 'MFA_DEVICE_ADDED'
  | 'MFA_DEVICE_REMOVED'
  | 'MFA_DEVICE_UPDATED'
  | 'MFA_VERIFICATION_SUCCESS'
  | 'MFA_VERIFICATION_FAILED'
  | 'MFA_EXEMPTION_GRANTED'
  | 'MFA_EXEMPTION_REVOKED'
  | 'MFA_BACKUP_CODES_GENERATED'
  | 'MFA_BACKUP_CODE_USED'
  | 'MFA_PREFERRED_METHOD_UPDATED'
  | 'STEP_UP_COMPLETED'
  | 'STEP_UP_FAILED'
  | 'DEVICE_FORGOTTEN'
  | 'DEVICE_TRUSTED'
  | 'DEVICE_UNTRUSTED'
  | 'ADAPTIVE_MFA_RISK_ASSESSED'
  | 'ADAPTIVE_MFA_TRIGGERED'
  | 'ADAPTIVE_MFA_BYPASSED'
  | 'EMAIL_VERIFIED'
  | 'EMAIL_VERIFICATION_REQUESTED'
  | 'EMAIL_VERIFICATION_FAILED'
  | 'PHONE_VERIFIED'
  | 'PHONE_VERIFICATION_REQUESTED'
  | 'PHONE_VERIFICATION_FAILED'
  | 'ACCOUNT_CREATED'
  | 'ACCOUNT_DISABLED'
  | 'ACCOUNT_ENABLED'
  | 'ACCOUNT_DELETED'
  | 'PROFILE_UPDATED'
  | 'EMAIL_CHANGED'
  | 'PHONE_CHANGED'
  | 'USERNAME_CHANGED'
  | 'EMAIL_VERIFICATION_STATUS_UPDATED'
  | 'PHONE_VERIFICATION_STATUS_UPDATED'
  | 'SOCIAL_LOGIN'
  | 'SOCIAL_ACCOUNT_LINKED'
  | 'SOCIAL_ACCOUNT_UNLINKED'
  | 'CHALLENGE_CREATED'
  | 'CHALLENGE_COMPLETED'
  | 'CHALLENGE_ATTEMPT_FAILED'
  | 'SUSPICIOUS_ACTIVITY'
  | 'ATTACK_SUSPECTED'
  | 'AUTHORIZATION_DENIED'
  | 'API_KEY_CREATED'
  | 'API_KEY_UPDATED'
  | 'API_KEY_USED'
  | 'API_KEY_REVOKED'
  | 'API_KEY_DELETED'
  | 'API_KEY_AUTH_FAILED';

/** How it went. INFO: neither a success nor a failure. SUSPICIOUS: nobody does this by mistake. */
export type AuditEventStatus = 'SUCCESS' | 'FAILURE' | 'INFO' | 'SUSPICIOUS';

/** Further facts of an event: plain JSON without personal data and secrets. */
export type AuditDetails = { [name: string]: AuditDetail };
export type AuditDetail = string | number | boolean | null | AuditDetail[] | AuditDetails;

/** An event as its user may see it. */
export interface AuditHistoryEntry {
  id: string;
  eventType: AuditEventType;
  eventStatus: AuditEventStatus;
  /** ISO 8601, UTC. */
  createdAt: string;
  sessionId: string | null;
  authMethod: string | null;
  /** A short code, such as 'wrong_password'. */
  reason: string | null;
  details: AuditDetails | null;
  /** Id of who acted, where that was not the user; null for the user and for the system. */
  performedBy: string | null;
  /** Where the request came from. Null for all of these where somebody other than the user acted. */
  ipAddress: string | null;
  ipCountry: string | null;
  ipCity: string | null;
  userAgent: string | null;
  deviceId: string | null;
  deviceType: string | null;
  platform: string | null;
  browser: string | null;
  requestId: string | null;
}

export interface AuditHistoryRequest {
  /** From 1. Default 1. */
  page?: number;
  /** Events of one page, at most 500. Default 50. */
  limit?: number;
  eventTypes?: AuditEventType | AuditEventType[];
  eventStatus?: AuditEventStatus | AuditEventStatus[];
  /** ISO 8601, inclusive. A date alone is its first moment in UTC. */
  startDate?: string;
  /** ISO 8601, inclusive. A date alone is its last moment in UTC. */
  endDate?: string;
  /** In a query: `createdAt[operator]` and `createdAt[value]`. */
  createdAt?: TimeCriterion;
}

/** Compares a time with a moment; a date alone is the whole day in UTC. */
export interface TimeCriterion {
  operator: 'gt' | 'gte' | 'lt' | 'lte' | 'eq';
  /** ISO 8601, with its time zone. */
  value: string;
}

/** A page of events, newest first. */
export interface AuditHistoryResponse {
  data: AuditHistoryEntry[];
  /** Events that fit, counted up to 10 000. */
  total: number;
  page: number;
  limit: number;
  totalPages: number;
}
