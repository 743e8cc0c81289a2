import { Inject, Injectable } from '@nestjs/common';
import { AuditRecorder } from '../audit';
import type {
  AdminAuditEventsRequest,
  AdminAuditHistoryRequest,
  AdminAuditResponse,
  AdminDeleteUserResponse,
  AdminDisableUserRequest,
  AdminDisableUserResponse,
  AdminEnableUserResponse,
  AdminForcePasswordChangeResponse,
  AdminResetPasswordRequest,
  AdminResetPasswordResponse,
  AdminSetPasswordRequest,
  AdminSetPasswordResponse,
  AdminSuspiciousActivityRequest,
} from '../contracts';
import { AdminAccounts } from './admin-accounts.service';
import { AdminAudit } from './admin-audit.service';
import { AdminPasswords } from './admin-passwords.service';

/**
 * What an administrator does for other users. The toolkit says who somebody is, not who is an administrator: the
 * application guards every call and every route of this service. The trail names the signed-in user as the one who acted.
 * Every method validates its own input, so a raw request body may be passed.
 */
@Injectable()
export class AdminAuthService {
  constructor(
    @Inject(AuditRecorder) private readonly audit: AuditRecorder,
    @Inject(AdminPasswords) private readonly passwords: AdminPasswords,
    @Inject(AdminAccounts) private readonly accounts: AdminAccounts,
    @Inject(AdminAudit) private readonly trail: AdminAudit,
  ) {}

  /**
   * Gives a user another password, which the owner has to change at the next login unless `mustChangePassword` is false.
   * All sessions of the user end.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, VALIDATION_INVALID_PASSWORD, PASSWORD_REUSED,
   * SERVICE_UNAVAILABLE
   */
  setPassword(dto: AdminSetPasswordRequest): Promise<AdminSetPasswordResponse>;
  setPassword(body: unknown): Promise<AdminSetPasswordResponse>;
  setPassword(body: unknown): Promise<AdminSetPasswordResponse> {
    return this.audit.watch('PASSWORD_CHANGED', () => this.passwords.set(body));
  }

  /**
   * Sends a user a code for a new password, to the address that stands on the account. Nobody else gets to see it. It is
   * confirmed by `AuthService.confirmAdminResetPassword`.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, PASSWORD_CHANGE_NOT_ALLOWED (the user cannot be reached
   * that way), RATE_LIMIT_EMAIL, RATE_LIMIT_SMS, SERVICE_UNAVAILABLE
   */
  resetPassword(dto: AdminResetPasswordRequest): Promise<AdminResetPasswordResponse>;
  resetPassword(body: unknown): Promise<AdminResetPasswordResponse>;
  resetPassword(body: unknown): Promise<AdminResetPasswordResponse> {
    return this.audit.watch('ADMIN_PASSWORD_RESET_FAILED', () => this.passwords.initiateReset(body));
  }

  /**
   * Has a user choose another password at the next login. Sessions go on until then.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, PASSWORD_CHANGE_NOT_ALLOWED (an account without a
   * password), SERVICE_UNAVAILABLE
   */
  setMustChangePassword(dto: { sub: string }): Promise<AdminForcePasswordChangeResponse>;
  setMustChangePassword(params: unknown): Promise<AdminForcePasswordChangeResponse>;
  setMustChangePassword(params: unknown): Promise<AdminForcePasswordChangeResponse> {
    return this.audit.watch('PASSWORD_FORCE_CHANGE_SET', () => this.passwords.forceChange(params));
  }

  /**
   * Keeps a user out until `enableUser`: all sessions end on every instance, and so do sign-ins under way, codes that were
   * sent, and trust in devices. A login is answered as one with a wrong password is (R013).
   *
   * @returns the user as it is now; for one that was disabled already, with no session ended
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, FORBIDDEN (the account of the signed-in administrator),
   * SERVICE_UNAVAILABLE
   */
  disableUser(dto: AdminDisableUserRequest): Promise<AdminDisableUserResponse>;
  disableUser(body: unknown): Promise<AdminDisableUserResponse>;
  disableUser(body: unknown): Promise<AdminDisableUserResponse> {
    return this.audit.watch('ACCOUNT_DISABLED', () => this.accounts.disable(body));
  }

  /**
   * Lets a disabled user sign in again.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, SERVICE_UNAVAILABLE
   */
  enableUser(dto: { sub: string }): Promise<AdminEnableUserResponse>;
  enableUser(params: unknown): Promise<AdminEnableUserResponse>;
  enableUser(params: unknown): Promise<AdminEnableUserResponse> {
    return this.audit.watch('ACCOUNT_ENABLED', () => this.accounts.enable(params));
  }

  /**
   * Removes a user and all that belongs to the account, for good. The audit trail keeps what it says of the account until
   * `AuthAuditService.pseudonymise` is called or its time is over (R131).
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, FORBIDDEN (the account of the signed-in administrator),
   * SERVICE_UNAVAILABLE
   */
  deleteUser(dto: { sub: string }): Promise<AdminDeleteUserResponse>;
  deleteUser(params: unknown): Promise<AdminDeleteUserResponse>;
  deleteUser(params: unknown): Promise<AdminDeleteUserResponse> {
    return this.audit.watch('ACCOUNT_DELETED', () => this.accounts.delete(params));
  }

  /**
   * The events about one user, newest first, with where they came from. A user who is gone has some too; `sub` of nobody
   * has an empty page.
   *
   * @throws {NAuthException} VALIDATION_FAILED, SERVICE_UNAVAILABLE
   */
  getUserAuthHistory(query: AdminAuditHistoryRequest): Promise<AdminAuditResponse>;
  getUserAuthHistory(query: unknown): Promise<AdminAuditResponse>;
  getUserAuthHistory(query: unknown): Promise<AdminAuditResponse> {
    return this.trail.history(query);
  }

  /**
   * The events of one type, or of several, about whomever, newest first.
   *
   * @throws {NAuthException} VALIDATION_FAILED, SERVICE_UNAVAILABLE
   */
  getEventsByType(query: AdminAuditEventsRequest): Promise<AdminAuditResponse>;
  getEventsByType(query: unknown): Promise<AdminAuditResponse>;
  getEventsByType(query: unknown): Promise<AdminAuditResponse> {
    return this.trail.events(query);
  }

  /**
   * The events of status SUSPICIOUS, about one user or whomever, newest first.
   *
   * @throws {NAuthException} VALIDATION_FAILED, SERVICE_UNAVAILABLE
   */
  getSuspiciousActivity(query?: AdminSuspiciousActivityRequest): Promise<AdminAuditResponse>;
  getSuspiciousActivity(query: unknown): Promise<AdminAuditResponse>;
  getSuspiciousActivity(query: unknown = {}): Promise<AdminAuditResponse> {
    return this.trail.suspicious(query);
  }
}
