import type { AuthMethod } from './user';

/** Why a session ended before its time. */
export type SessionEndReason =
  'logout' | 'logout_all' | 'revoked_by_user' | 'session_limit' | 'refresh_reuse' | 'replaced';

/** One live session of the signed-in user. `sessionId` is opaque and is not a secret. */
export interface SessionInfo {
  sessionId: string;
  deviceName: string | null;
  ipAddress: string | null;
  userAgent: string | null;
  authMethod: AuthMethod;
  isCurrent: boolean;
  createdAt: string;
  lastActivityAt: string;
  expiresAt: string;
}

export interface SessionsResponse {
  sessions: SessionInfo[];
}
