export type AuditEventType =
  | 'ACCOUNT_CREATED'
  | 'LOGIN_SUCCESS'
  | 'LOGIN_FAILED'
  | 'LOGIN_BLOCKED'
  | 'SESSION_CREATED'
  | 'SESSION_REVOKED'
  | 'GLOBAL_SIGNOUT'
  | 'PROFILE_UPDATED'
  | 'AUTHORIZATION_DENIED'
  | 'REFRESH_REUSE'
  | 'CHALLENGE_CREATED'
  | 'CHALLENGE_COMPLETED'
  | 'CHALLENGE_ATTEMPT_FAILED';

export type AuditEventStatus = 'SUCCESS' | 'FAILURE' | 'INFO' | 'SUSPICIOUS';

/** One event of the trail. Never holds a password, code, token or cookie (R127). */
export interface AuditEvent {
  id: string;
  type: AuditEventType;
  status: AuditEventStatus;
  at: Date;
  userId: string | null;
  sessionId: string | null;
  authMethod: string | null;
  reason: string | null;
  ipAddress: string | null;
  userAgent: string | null;
  requestId: string | null;
}
