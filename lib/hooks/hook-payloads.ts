import type { ClientInfo } from '../context';
import type { AuthMethod, MfaMethodName, SessionEndReason, UserProfile } from '../contracts';

/** What a hook learns of the client. */
export type HookClient = Readonly<Pick<ClientInfo, 'ipAddress' | 'userAgent' | 'requestId'>>;

/** The account that a sign-up asks for, in the form in which it would be stored. */
export interface BeforeSignupPayload {
  email: string;
  username: string | null;
  phone: string | null;
  firstName: string | null;
  lastName: string | null;
  locale: string | null;
  timezone: string | null;
  metadata: Record<string, unknown>;
  authMethod: AuthMethod;
}

export interface AfterSignupPayload {
  user: UserProfile;
  authMethod: AuthMethod;
}

/** The account has proved its e-mail address, or its phone number. */
export interface AddressVerifiedPayload {
  user: UserProfile;
}

export interface BeforeLoginPayload {
  user: UserProfile;
  authMethod: AuthMethod;
}

export interface AfterLoginPayload extends BeforeLoginPayload {
  sessionId: string;
  /** True for the session that a sign-up ends with. */
  isSignup: boolean;
}

export type LoginFailureReason =
  | 'unknown_identifier'
  | 'wrong_password'
  | 'wrong_passkey'
  | 'account_inactive'
  | 'rate_limited'
  | 'refused_by_hook'
  | 'hook_failed';

/** Never what was typed as identifier: people type passwords there. */
export interface LoginFailedPayload {
  /** null when the identifier names no account. */
  userId: string | null;
  authMethod: AuthMethod;
  reason: LoginFailureReason;
}

export interface RefreshPayload {
  user: UserProfile;
  sessionId: string;
}

export interface BeforeLogoutPayload {
  userId: string;
  /** 'session': the one of the request; 'all': every session of the user. */
  scope: 'session' | 'all';
  /** The one of the request. */
  sessionId: string;
}

export interface AfterLogoutPayload extends BeforeLogoutPayload {
  revokedCount: number;
}

/** A live session that somebody picked by its id, to be ended. */
export interface BeforeSessionRevokePayload {
  /** Whose session it is. */
  userId: string;
  sessionId: string;
}

/** Sessions of one user that ended together. */
export interface AfterSessionRevokePayload {
  userId: string;
  sessionIds: readonly string[];
  reason: SessionEndReason;
}

export interface PasswordChangePayload {
  user: UserProfile;
  /**
   * 'change' by the signed-in user, 'forced' at login, 'reset' by a code that the user asked for, 'admin_reset' by one that
   * an administrator had sent, 'admin_set' by an administrator.
   */
  cause: 'change' | 'forced' | 'reset' | 'admin_reset' | 'admin_set';
}

export interface UserUpdatedPayload {
  /** The profile after the change. */
  user: UserProfile;
  changedFields: readonly string[];
}

/** A second factor was set up. */
export interface MfaMethodAddedPayload {
  user: UserProfile;
  method: MfaMethodName;
  deviceId: string;
  /** True when the account had none before. */
  isFirst: boolean;
}

/** A second factor was removed. */
export interface MfaDeviceRemovedPayload {
  user: UserProfile;
  method: MfaMethodName;
  deviceId: string;
  /** True when it was the last one. */
  mfaDisabled: boolean;
}

export interface RefreshReusePayload {
  userId: string;
  /** The session, which has been ended. */
  sessionId: string;
}

/** Many failed logins from several networks within a short time, told once a window over all instances. */
export interface AttackSuspectedPayload {
  /** Failed logins in the window so far, over all instances. */
  failures: number;
  /** Networks that they came from, as far as this instance has seen; 1000 at most. */
  networks: number;
  windowSeconds: number;
  /** Clients that an account does not know are held back from now on. Told by itself, once a window as well. */
  isRestricted: boolean;
}

/** An event of the audit trail could not be written. */
export interface AuditFailedPayload {
  eventType: string;
  /** True when the request was refused because of it (`auditLogs.mustAudit`). */
  failedClosed: boolean;
}
