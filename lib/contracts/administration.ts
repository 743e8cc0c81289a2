import type {
  AuditEventStatus,
  AuditEventType,
  AuditHistoryEntry,
  AuditHistoryRequest,
  AuditHistoryResponse,
} from './audit';
import type { UserProfile } from './user';

/** Body of POST /admin/users/:sub/disable, with the user of the path. */
export interface AdminDisableUserRequest {
  sub: string;
  /** For the audit trail. */
  reason?: string;
}

export interface AdminDisableUserResponse {
  success: true;
  user: UserProfile;
  /** Sessions that ended. */
  revokedSessions: number;
}

export interface AdminEnableUserResponse {
  success: true;
  user: UserProfile;
}

/** Rows that went with an account. */
export interface DeletedRecords {
  /** Live ones and ended ones. */
  sessions: number;
  /** Codes that had been sent. */
  verificationTokens: number;
  mfaDevices: number;
  trustedDevices: number;
  challengeSessions: number;
}

export interface AdminDeleteUserResponse {
  success: true;
  deletedUserId: string;
  deletedRecords: DeletedRecords;
}

type AuditPageRequest = Omit<AuditHistoryRequest, 'eventTypes' | 'eventStatus'>;

/** Query of GET /admin/audit/history. */
export interface AdminAuditHistoryRequest extends AuditHistoryRequest {
  /** The user whose events these are; need not be there any more. */
  sub: string;
  /** Added to `eventTypes`: some clients have this name for it. */
  eventType?: AuditEventType | AuditEventType[];
}

/** Query of GET /admin/audit/events. */
export interface AdminAuditEventsRequest extends AuditPageRequest {
  eventType: AuditEventType | AuditEventType[];
  eventStatus?: AuditEventStatus | AuditEventStatus[];
}

/** Query of GET /admin/audit/suspicious. */
export interface AdminSuspiciousActivityRequest extends AuditPageRequest {
  /** Default: events of everybody. */
  sub?: string;
}

/** An event as an administrator sees it: also whose it is, and where it came from whoever caused it. */
export interface AdminAuditEntry extends AuditHistoryEntry {
  /** Of the user that the event is about; a pseudonym after erasure, null where nobody is known. */
  sub: string | null;
}

export interface AdminAuditResponse extends Omit<AuditHistoryResponse, 'data'> {
  data: AdminAuditEntry[];
}
