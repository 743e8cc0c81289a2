import { Inject, Injectable } from '@nestjs/common';
import { AuditRecorder } from '../audit';
import type * as contracts from '../contracts';
import { TrustedDevicesUseCase, type TrustDeviceResponseDTO } from '../mfa';
import type { AuthResponseDTO, ChangePasswordResponseDTO, TokenResponseDTO } from './dto';
import { AuditHistoryUseCase } from './use-cases/audit-history.use-case';
import { ChangePasswordUseCase } from './use-cases/change-password.use-case';
import { ConfirmAddressUseCase } from './use-cases/confirm-address.use-case';
import { LoginUseCase } from './use-cases/login.use-case';
import { LogoutUseCase } from './use-cases/logout.use-case';
import { PasskeyLoginUseCase } from './use-cases/passkey-login.use-case';
import { ProfileUseCase } from './use-cases/profile.use-case';
import { RefreshTokenUseCase } from './use-cases/refresh-token.use-case';
import { ResetPasswordUseCase } from './use-cases/reset-password.use-case';
import { RespondToChallengeUseCase } from './use-cases/respond-to-challenge.use-case';
import { SessionsUseCase } from './use-cases/sessions.use-case';
import { SignupUseCase } from './use-cases/signup.use-case';
import { StepUpUseCase } from './use-cases/step-up.use-case';

/**
 * Accounts and sessions. Every method validates its own input, so a raw request body may be passed, and takes the
 * signed-in user from the request in hand, never from an argument. What changes something leaves an event in the audit
 * trail, and so does what is refused.
 */
@Injectable()
export class AuthService {
  constructor(
    @Inject(AuditRecorder) private readonly audit: AuditRecorder,
    @Inject(SignupUseCase) private readonly signupUseCase: SignupUseCase,
    @Inject(LoginUseCase) private readonly loginUseCase: LoginUseCase,
    @Inject(PasskeyLoginUseCase) private readonly passkeyUseCase: PasskeyLoginUseCase,
    @Inject(RespondToChallengeUseCase) private readonly challengeUseCase: RespondToChallengeUseCase,
    @Inject(RefreshTokenUseCase) private readonly refreshUseCase: RefreshTokenUseCase,
    @Inject(LogoutUseCase) private readonly logoutUseCase: LogoutUseCase,
    @Inject(SessionsUseCase) private readonly sessionsUseCase: SessionsUseCase,
    @Inject(ProfileUseCase) private readonly profileUseCase: ProfileUseCase,
    @Inject(ConfirmAddressUseCase) private readonly confirmAddress: ConfirmAddressUseCase,
    @Inject(StepUpUseCase) private readonly stepUpUseCase: StepUpUseCase,
    @Inject(TrustedDevicesUseCase) private readonly trustedDevices: TrustedDevicesUseCase,
    @Inject(ChangePasswordUseCase) private readonly changePasswordUseCase: ChangePasswordUseCase,
    @Inject(AuditHistoryUseCase) private readonly historyUseCase: AuditHistoryUseCase,
    @Inject(ResetPasswordUseCase) private readonly resetPasswordUseCase: ResetPasswordUseCase,
  ) {}

  /**
   * Opens an account and signs it in: tokens, or a challenge.
   *
   * @throws {NAuthException} VALIDATION_FAILED, SIGNUP_DISABLED, SIGNUP_WEAK_PASSWORD, SIGNUP_EMAIL_EXISTS,
   * SIGNUP_USERNAME_EXISTS, SIGNUP_PHONE_EXISTS, SERVICE_UNAVAILABLE
   */
  signup(dto: contracts.SignupRequest): Promise<AuthResponseDTO>;
  signup(body: unknown): Promise<AuthResponseDTO>;
  signup(body: unknown): Promise<AuthResponseDTO> {
    return this.audit.watch('ACCOUNT_CREATED', () => this.signupUseCase.execute(body));
  }

  /**
   * Signs in with identifier and password: tokens, or a challenge.
   *
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_INVALID_CREDENTIALS, RATE_LIMIT_LOGIN, SERVICE_UNAVAILABLE
   */
  login(dto: contracts.LoginRequest): Promise<AuthResponseDTO>;
  login(body: unknown): Promise<AuthResponseDTO>;
  login(body: unknown): Promise<AuthResponseDTO> {
    return this.audit.watch('LOGIN_FAILED', () => this.loginUseCase.execute(body));
  }

  /**
   * Begins a login with a passkey: options for the browser. Without an identifier any passkey will do. With one, the answer
   * does not tell whether there is such an account.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND where passkeys are not configured, RATE_LIMIT_LOGIN,
   * SERVICE_UNAVAILABLE
   */
  getPasskeyLoginOptions(
    dto: contracts.PasskeyLoginOptionsRequest,
  ): Promise<contracts.PasskeyLoginOptionsResponse>;
  getPasskeyLoginOptions(body: unknown): Promise<contracts.PasskeyLoginOptionsResponse>;
  getPasskeyLoginOptions(body: unknown): Promise<contracts.PasskeyLoginOptionsResponse> {
    return this.audit.watch('LOGIN_FAILED', () => this.passkeyUseCase.begin(body));
  }

  /**
   * Signs in with a passkey alone: tokens, or a challenge.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND where passkeys are not configured,
   * AUTH_INVALID_CREDENTIALS, RATE_LIMIT_LOGIN, SERVICE_UNAVAILABLE
   */
  loginWithPasskey(dto: contracts.PasskeyLoginRequest): Promise<AuthResponseDTO>;
  loginWithPasskey(body: unknown): Promise<AuthResponseDTO>;
  loginWithPasskey(body: unknown): Promise<AuthResponseDTO> {
    return this.audit.watch('LOGIN_FAILED', () => this.passkeyUseCase.finish(body));
  }

  /**
   * Answers a challenge: tokens, or the next challenge.
   *
   * @throws {NAuthException} VALIDATION_FAILED, CHALLENGE_INVALID, CHALLENGE_TYPE_MISMATCH, CHALLENGE_MAX_ATTEMPTS,
   * SERVICE_UNAVAILABLE, and the challenge's own word for a wrong answer
   */
  respondToChallenge(dto: contracts.RespondToChallengeRequest): Promise<AuthResponseDTO>;
  respondToChallenge(body: unknown): Promise<AuthResponseDTO>;
  respondToChallenge(body: unknown): Promise<AuthResponseDTO> {
    return this.audit.watch('CHALLENGE_ATTEMPT_FAILED', () => this.challengeUseCase.execute(body));
  }

  /**
   * Sends the code of a challenge once more; the earlier one is void.
   *
   * @throws {NAuthException} VALIDATION_FAILED, CHALLENGE_INVALID, CHALLENGE_MAX_ATTEMPTS, CHALLENGE_TYPE_MISMATCH,
   * RATE_LIMIT_RESEND, SERVICE_UNAVAILABLE
   */
  resendCode(dto: contracts.ResendCodeRequest): Promise<contracts.ResendCodeResponse>;
  resendCode(body: unknown): Promise<contracts.ResendCodeResponse>;
  resendCode(body: unknown): Promise<contracts.ResendCodeResponse> {
    return this.audit.watch('CHALLENGE_ATTEMPT_FAILED', () => this.challengeUseCase.resend(body));
  }

  /**
   * Data with which a second factor is set up inside a challenge.
   *
   * @throws {NAuthException} VALIDATION_FAILED, CHALLENGE_INVALID, CHALLENGE_MAX_ATTEMPTS, CHALLENGE_TYPE_MISMATCH,
   * SERVICE_UNAVAILABLE
   */
  getSetupData(dto: contracts.SetupDataRequest): Promise<contracts.SetupDataResponse>;
  getSetupData(body: unknown): Promise<contracts.SetupDataResponse>;
  getSetupData(body: unknown): Promise<contracts.SetupDataResponse> {
    return this.audit.watch('CHALLENGE_ATTEMPT_FAILED', () => this.challengeUseCase.setupData(body));
  }

  /** Data with which a second factor answers a challenge. @throws {NAuthException} as `getSetupData` */
  getChallengeData(dto: contracts.ChallengeDataRequest): Promise<contracts.ChallengeDataResponse>;
  getChallengeData(body: unknown): Promise<contracts.ChallengeDataResponse>;
  getChallengeData(body: unknown): Promise<contracts.ChallengeDataResponse> {
    return this.audit.watch('CHALLENGE_ATTEMPT_FAILED', () => this.challengeUseCase.challengeData(body));
  }

  /**
   * Exchanges a refresh token for its successor and a new access token.
   *
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_MISSING, AUTH_TOKEN_INVALID, AUTH_TOKEN_EXPIRED,
   * AUTH_TOKEN_REUSE_DETECTED, AUTH_SESSION_NOT_FOUND, AUTH_SESSION_EXPIRED, SERVICE_UNAVAILABLE
   */
  refreshToken(dto?: contracts.RefreshRequest): Promise<TokenResponseDTO>;
  refreshToken(body: unknown): Promise<TokenResponseDTO>;
  refreshToken(body?: unknown): Promise<TokenResponseDTO> {
    return this.audit.watch('TOKEN_REFRESHED', () => this.refreshUseCase.execute(body));
  }

  /**
   * Ends the session of this request and clears its cookies.
   *
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  logout(dto?: contracts.LogoutRequest): Promise<contracts.LogoutResponse>;
  logout(body: unknown): Promise<contracts.LogoutResponse>;
  logout(body?: unknown): Promise<contracts.LogoutResponse> {
    return this.audit.watch('SESSION_REVOKED', () => this.logoutUseCase.execute(body));
  }

  /**
   * Ends every session of the signed-in user, this one included.
   *
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  logoutAll(dto?: contracts.LogoutAllRequest): Promise<contracts.LogoutAllResponse>;
  logoutAll(body: unknown): Promise<contracts.LogoutAllResponse>;
  logoutAll(body?: unknown): Promise<contracts.LogoutAllResponse> {
    return this.audit.watch('GLOBAL_SIGNOUT', () => this.logoutUseCase.all(body));
  }

  /**
   * Ends one session of the signed-in user.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  logoutSession(dto: { sessionId: string }): Promise<contracts.LogoutSessionResponse>;
  logoutSession(params: unknown): Promise<contracts.LogoutSessionResponse>;
  logoutSession(params: unknown): Promise<contracts.LogoutSessionResponse> {
    return this.audit.watch('SESSION_REVOKED', () => this.logoutUseCase.one(params));
  }

  /**
   * The live sessions of the signed-in user, newest first.
   *
   * @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  getUserSessions(): Promise<contracts.SessionsResponse> {
    return this.sessionsUseCase.execute();
  }

  /**
   * The profile of the signed-in user.
   *
   * @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*
   */
  async getProfile(): Promise<contracts.UserProfile> {
    return this.profileUseCase.read();
  }

  /**
   * Changes names, locale and time zone; null empties a field. Another e-mail address or phone number gets a code, and
   * takes the place of the present one when `confirmEmail` or `confirmPhone` has seen it (R123).
   *
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE; for another address
   * also AUTH_STEP_UP_REQUIRED, RATE_LIMIT_RESEND, RATE_LIMIT_EMAIL, RATE_LIMIT_SMS, VALIDATION_INVALID_PHONE (a country
   * that is not served), and SIGNUP_EMAIL_EXISTS or SIGNUP_PHONE_EXISTS where taken addresses are named as such
   */
  updateProfile(dto: contracts.UpdateProfileRequest): Promise<contracts.UpdatedProfile>;
  updateProfile(body: unknown): Promise<contracts.UpdatedProfile>;
  updateProfile(body: unknown): Promise<contracts.UpdatedProfile> {
    return this.audit.watch('PROFILE_UPDATED', () => this.profileUseCase.update(body));
  }

  /**
   * Puts the address that the code was sent to in the place of the present one.
   *
   * @throws {NAuthException} VALIDATION_FAILED, VERIFY_CODE_INVALID, VERIFY_CODE_EXPIRED, VERIFY_TOO_MANY_ATTEMPTS,
   * SIGNUP_EMAIL_EXISTS (somebody else has it by now), AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  confirmEmail(dto: contracts.ConfirmAddressRequest): Promise<contracts.UserProfile>;
  confirmEmail(body: unknown): Promise<contracts.UserProfile>;
  confirmEmail(body: unknown): Promise<contracts.UserProfile> {
    return this.audit.watch('EMAIL_VERIFICATION_FAILED', () => this.confirmAddress.execute('email', body));
  }

  /** The same for a phone number. @throws {NAuthException} as `confirmEmail`, but SIGNUP_PHONE_EXISTS */
  confirmPhone(dto: contracts.ConfirmAddressRequest): Promise<contracts.UserProfile>;
  confirmPhone(body: unknown): Promise<contracts.UserProfile>;
  confirmPhone(body: unknown): Promise<contracts.UserProfile> {
    return this.audit.watch('PHONE_VERIFICATION_FAILED', () => this.confirmAddress.execute('phone', body));
  }

  /**
   * Gives the signed-in user another password. This session goes on under a new id and with new tokens; all others end,
   * and with them trust in devices, codes and sign-ins under way.
   *
   * @throws {NAuthException} VALIDATION_FAILED, PASSWORD_INCORRECT (counted as at login), PASSWORD_CHANGE_NOT_ALLOWED (an
   * account without a password), VALIDATION_INVALID_PASSWORD, PASSWORD_REUSED, RATE_LIMIT_LOGIN, AUTH_TOKEN_*,
   * AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  changePassword(dto: contracts.ChangePasswordRequest): Promise<ChangePasswordResponseDTO>;
  changePassword(body: unknown): Promise<ChangePasswordResponseDTO>;
  changePassword(body: unknown): Promise<ChangePasswordResponseDTO> {
    return this.audit.watch('PASSWORD_CHANGED', () => this.changePasswordUseCase.execute(body));
  }

  /**
   * What the audit trail has of the signed-in user, newest first.
   *
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  getUserAuthHistory(query?: contracts.AuditHistoryRequest): Promise<contracts.AuditHistoryResponse>;
  getUserAuthHistory(query: unknown): Promise<contracts.AuditHistoryResponse>;
  getUserAuthHistory(query?: unknown): Promise<contracts.AuditHistoryResponse> {
    return this.historyUseCase.execute(query ?? {});
  }

  /**
   * The signed-in user proves once more who they are, for what asks for a recent proof. The session goes on under a new id.
   *
   * @throws {NAuthException} VALIDATION_FAILED, PASSWORD_INCORRECT, VERIFY_CODE_*, CHALLENGE_MAX_ATTEMPTS,
   * RATE_LIMIT_LOGIN, FORBIDDEN, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  stepUp(dto: contracts.StepUpRequest): Promise<TokenResponseDTO>;
  stepUp(body: unknown): Promise<TokenResponseDTO>;
  stepUp(body: unknown): Promise<TokenResponseDTO> {
    return this.audit.watch('STEP_UP_FAILED', () => this.stepUpUseCase.execute(body));
  }

  /**
   * Data with which a second factor is shown to `stepUp`; sends the code of those that have one.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RATE_LIMIT_*, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  getStepUpData(dto: contracts.StepUpDataRequest): Promise<contracts.ChallengeDataResponse>;
  getStepUpData(body: unknown): Promise<contracts.ChallengeDataResponse>;
  getStepUpData(body: unknown): Promise<contracts.ChallengeDataResponse> {
    return this.audit.watch('STEP_UP_FAILED', () => this.stepUpUseCase.data(body));
  }

  /**
   * Trusts the device of this session: its user is spared the second factor there. Only with
   * `mfa.rememberDevices: 'user_opt_in'`.
   *
   * @throws {NAuthException} FORBIDDEN, AUTH_STEP_UP_REQUIRED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  trustDevice(): Promise<TrustDeviceResponseDTO> {
    return this.audit.watch('DEVICE_TRUSTED', () => this.trustedDevices.trust());
  }

  /**
   * Whether the user trusts the device of this session.
   *
   * @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  isTrustedDevice(): Promise<contracts.IsTrustedDeviceResponse> {
    return this.trustedDevices.isTrusted();
  }

  /**
   * The devices that the signed-in user trusts, seen last first.
   *
   * @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  listTrustedDevices(): Promise<contracts.TrustedDevicesResponse> {
    return this.trustedDevices.list();
  }

  /**
   * Ends the trust in one device, which stays known.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  revokeTrustedDevice(dto: { deviceId: string }): Promise<contracts.RevokedResponse>;
  revokeTrustedDevice(params: unknown): Promise<contracts.RevokedResponse>;
  revokeTrustedDevice(params: unknown): Promise<contracts.RevokedResponse> {
    return this.audit.watch('DEVICE_UNTRUSTED', () => this.trustedDevices.revoke(params));
  }

  /**
   * Ends the trust in every device of the signed-in user.
   *
   * @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  revokeAllTrustedDevices(): Promise<contracts.RevokedCountResponse> {
    return this.audit.watch('DEVICE_UNTRUSTED', () => this.trustedDevices.revokeAll());
  }

  /**
   * Sends the owner of an account a code for a new password. The answer is the same, and takes as long, whether there is
   * such an account or not.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RATE_LIMIT_PASSWORD_RESET, SERVICE_UNAVAILABLE
   */
  forgotPassword(dto: contracts.ForgotPasswordRequest): Promise<contracts.ForgotPasswordResponse>;
  forgotPassword(body: unknown): Promise<contracts.ForgotPasswordResponse>;
  forgotPassword(body: unknown): Promise<contracts.ForgotPasswordResponse> {
    return this.audit.watch('PASSWORD_RESET_REQUESTED', () => this.resetPasswordUseCase.request(body));
  }

  /**
   * Sets a new password by that code, which works once. All sessions end, and nobody is signed in by it.
   *
   * @throws {NAuthException} VALIDATION_FAILED, PASSWORD_RESET_CODE_INVALID, PASSWORD_RESET_CODE_EXPIRED,
   * PASSWORD_RESET_MAX_ATTEMPTS, VALIDATION_INVALID_PASSWORD, PASSWORD_REUSED, RATE_LIMIT_PASSWORD_RESET,
   * SERVICE_UNAVAILABLE
   */
  confirmForgotPassword(
    dto: contracts.ConfirmPasswordResetRequest,
  ): Promise<contracts.ConfirmForgotPasswordResponse>;
  confirmForgotPassword(body: unknown): Promise<contracts.ConfirmForgotPasswordResponse>;
  confirmForgotPassword(body: unknown): Promise<contracts.ConfirmForgotPasswordResponse> {
    return this.audit.watch('PASSWORD_RESET_COMPLETED', () => this.resetPasswordUseCase.confirm(body));
  }

  /** As `confirmForgotPassword`, by a code that an administrator had sent (`AdminAuthService.resetPassword`). */
  confirmAdminResetPassword(
    dto: contracts.ConfirmPasswordResetRequest,
  ): Promise<contracts.ConfirmAdminPasswordResetResponse>;
  confirmAdminResetPassword(body: unknown): Promise<contracts.ConfirmAdminPasswordResetResponse>;
  confirmAdminResetPassword(body: unknown): Promise<contracts.ConfirmAdminPasswordResetResponse> {
    return this.audit.watch('ADMIN_PASSWORD_RESET_FAILED', () =>
      this.resetPasswordUseCase.confirmAdminReset(body),
    );
  }
}
