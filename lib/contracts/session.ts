import type { AuthMethod } from './user';

/** Why a session ended before its time. */
export type SessionEndReason =
  | 'logout'
  | 'logout_all'
  | 'revoked_by_user'
  | 'revoked_by_admin'
  | 'session_limit'
  | 'refresh_reuse'
  | 'replaced'
  | 'password_changed'
  | 'account_disabled'
  | 'account_deleted'
  | 'mfa_enabled'
  | 'mfa_required';

/** What kind of client a user agent says it is. */
export type DeviceType = 'desktop' | 'mobile' | 'tablet' | 'bot' | 'unknown';

/** One live session of the signed-in user. `sessionId` is opaque and is not a secret. */
export interface SessionInfo {
  sessionId: string;
  /** The device that the session was opened on. Sessions of one device have the same. */
  deviceId: string | null;
  /** The name that the client gave at login. */
  deviceName: string | null;
  /** As the user agent said when the session was opened, and so the next two. */
  deviceType: DeviceType | null;
  /** For example 'Firefox'. */
  browser: string | null;
  /** Operating system, for example 'Windows'. */
  platform: string | null;
  ipAddress: string | null;
  /** ISO 3166-1 alpha-2; null when the backend has no way to tell, and so the next. */
  ipCountry: string | null;
  ipCity: string | null;
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
