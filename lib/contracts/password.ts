import type { TokenFields } from './auth-response';

/** A rule of the password policy, as `details.reasons` names it. */
export type PasswordReason =
  | 'TOO_SHORT'
  | 'UPPERCASE_MISSING'
  | 'LOWERCASE_MISSING'
  | 'NUMBER_MISSING'
  | 'SPECIAL_CHARACTER_MISSING'
  | 'COMMON'
  | 'USER_INFO'
  | 'BREACHED';

/** Body of POST /change-password. */
export interface ChangePasswordRequest {
  oldPassword: string;
  newPassword: string;
}

/** The session goes on under a new id: in JSON delivery the answer has its tokens, in cookie delivery its cookies. */
export interface ChangePasswordResponse extends Partial<TokenFields> {
  success: true;
}

/** Body of POST /forgot-password. */
export interface ForgotPasswordRequest {
  /** E-mail address, user name or phone number, as `login.identifierType` allows. */
  identifier: string;
}

/** The same whether there is such an account or not. */
export interface ForgotPasswordResponse {
  success: true;
  /** Where a code goes, as a hint; for an identifier that is an e-mail address. */
  destination?: string;
  deliveryMedium?: 'email' | 'sms';
  /** Life of a code in seconds. */
  expiresIn?: number;
}

/** Body of POST /forgot-password/confirm and of POST /reset-password/confirm. */
export interface ConfirmPasswordResetRequest {
  identifier: string;
  /** The digits of the message, or what its link carries. */
  code: string;
  newPassword: string;
}

export interface ConfirmForgotPasswordResponse {
  success: true;
  mustChangePassword: boolean;
}

export interface ConfirmAdminPasswordResetResponse {
  success: true;
}

/** Body of POST /admin/set-password. */
export interface AdminSetPasswordRequest {
  sub: string;
  newPassword: string;
  /** The owner has to choose another one at the next login. Default true. */
  mustChangePassword?: boolean;
  /** A new password always ends all sessions; other values are refused. */
  revokeSessions?: true;
}

export interface AdminSetPasswordResponse {
  success: true;
  mustChangePassword: boolean;
  sessionsRevoked: number;
}

/** Body of POST /admin/reset-password/initiate. */
export interface AdminResetPasswordRequest {
  sub: string;
  /** Default 'email'. */
  deliveryMethod?: 'email' | 'sms';
  /** Life of the code in seconds, at most an hour. Default `password.adminReset.expiresIn`. */
  codeExpiresIn?: number;
  /** Ends the user's sessions at once, and not only with the new password. Default false. */
  revokeSessions?: boolean;
  /** For the audit trail. */
  reason?: string;
}

export interface AdminResetPasswordResponse {
  success: true;
  /** Where the code went, as a hint. */
  destination: string;
  deliveryMedium: 'email' | 'sms';
  /** Seconds. */
  expiresIn: number;
  sessionsRevoked: number;
}

export interface AdminForcePasswordChangeResponse {
  success: true;
}
