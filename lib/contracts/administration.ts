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
