import { Inject, Injectable } from '@nestjs/common';
import { AuditRecorder } from '../audit';
import type {
  ChallengeDataResponse,
  MfaAvailableMethodsResponse,
  MfaBackupCodesResponse,
  MfaChallengeRequest,
  MfaDevicesResponse,
  MfaExemptionRequest,
  MfaExemptionResponse,
  MfaMessageResponse,
  MfaRemoveDeviceResponse,
  MfaSetupRequest,
  MfaSetupResponse,
  MfaStatus,
  MfaVerifyRequest,
  MfaVerifyResponse,
  MfaVerifySetupRequest,
  MfaVerifySetupResponse,
} from '../contracts';
import { MfaDevicesUseCase } from './use-cases/mfa-devices.use-case';
import { MfaExemptionUseCase } from './use-cases/mfa-exemption.use-case';
import { MfaOverviewUseCase } from './use-cases/mfa-overview.use-case';
import { MfaSetupUseCase } from './use-cases/mfa-setup.use-case';
import { MfaVerificationUseCase } from './use-cases/mfa-verification.use-case';

/**
 * Second factors. Every method validates its own input, so a raw request body may be passed, and takes the signed-in user
 * from the request in hand; the methods whose names end in `For`, `removeAnyDevice` and `setMfaExemption` are for
 * administrators, whom the application tells apart. What changes something leaves an event in the audit trail, and so does what is refused.
 */
@Injectable()
export class MFAService {
  constructor(
    @Inject(AuditRecorder) private readonly audit: AuditRecorder,
    @Inject(MfaOverviewUseCase) private readonly overview: MfaOverviewUseCase,
    @Inject(MfaSetupUseCase) private readonly setupUseCase: MfaSetupUseCase,
    @Inject(MfaDevicesUseCase) private readonly devicesUseCase: MfaDevicesUseCase,
    @Inject(MfaExemptionUseCase) private readonly exemptionUseCase: MfaExemptionUseCase,
    @Inject(MfaVerificationUseCase) private readonly verification: MfaVerificationUseCase,
  ) {}

  /**
   * What the signed-in user has of second factors, and what the policy asks.
   *
   * @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  getMfaStatus(): Promise<MfaStatus> {
    return this.overview.status();
  }

  /**
   * The same of any account.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, SERVICE_UNAVAILABLE
   */
  getMfaStatusFor(dto: { sub: string }): Promise<MfaStatus>;
  getMfaStatusFor(params: unknown): Promise<MfaStatus>;
  getMfaStatusFor(params: unknown): Promise<MfaStatus> {
    return this.overview.statusFor(params);
  }

  /**
   * Methods that the signed-in user can set up.
   *
   * @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  getAvailableMethods(): Promise<MfaAvailableMethodsResponse> {
    return this.overview.availableMethods();
  }

  /**
   * The factors of the signed-in user, oldest first.
   *
   * @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  getUserDevices(): Promise<MfaDevicesResponse> {
    return this.overview.devices();
  }

  /**
   * The same of any account.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, SERVICE_UNAVAILABLE
   */
  getUserDevicesFor(dto: { sub: string }): Promise<MfaDevicesResponse>;
  getUserDevicesFor(params: unknown): Promise<MfaDevicesResponse>;
  getUserDevicesFor(params: unknown): Promise<MfaDevicesResponse> {
    return this.overview.devicesFor(params);
  }

  /**
   * Begins to set a factor up: data for the client, and a code where the method sends one. Counts for nothing before it is
   * verified; 15 minutes are left for that.
   *
   * @throws {NAuthException} VALIDATION_FAILED, VALIDATION_INVALID_PHONE, VALIDATION_INVALID_EMAIL, AUTH_STEP_UP_REQUIRED,
   * FORBIDDEN, RATE_LIMIT_*, SERVICE_UNAVAILABLE
   */
  setup(dto: MfaSetupRequest): Promise<MfaSetupResponse>;
  setup(body: unknown): Promise<MfaSetupResponse>;
  setup(body: unknown): Promise<MfaSetupResponse> {
    return this.audit.watch('MFA_DEVICE_ADDED', () => this.setupUseCase.begin(body));
  }

  /**
   * Proves the factor that this session began to set up. With the first factor all other sessions of the user end.
   *
   * @throws {NAuthException} VALIDATION_FAILED, VERIFY_CODE_INVALID, VERIFY_CODE_EXPIRED, VERIFY_TOO_MANY_ATTEMPTS,
   * RESOURCE_NOT_FOUND, AUTH_STEP_UP_REQUIRED, FORBIDDEN, SERVICE_UNAVAILABLE
   */
  verifySetup(dto: MfaVerifySetupRequest): Promise<MfaVerifySetupResponse>;
  verifySetup(body: unknown): Promise<MfaVerifySetupResponse>;
  verifySetup(body: unknown): Promise<MfaVerifySetupResponse> {
    return this.audit.watch('MFA_DEVICE_ADDED', () => this.setupUseCase.verify(body));
  }

  /**
   * Data with which the signed-in user shows a factor to `verify`; sends the code of those that have one.
   *
   * @throws {NAuthException} VALIDATION_FAILED for a method that the account has not got, RATE_LIMIT_*, AUTH_TOKEN_*,
   * AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  challenge(dto: MfaChallengeRequest): Promise<ChallengeDataResponse>;
  challenge(body: unknown): Promise<ChallengeDataResponse>;
  challenge(body: unknown): Promise<ChallengeDataResponse> {
    return this.audit.watch('MFA_VERIFICATION_FAILED', () => this.verification.challenge(body));
  }

  /**
   * Has the signed-in user show a factor, for something of the application's own. A code is used up, a wrong one counted
   * with those of challenges (R081). The session stays as it is: `AuthService.stepUp` renews its proof.
   *
   * @throws {NAuthException} VALIDATION_FAILED, VERIFY_CODE_INVALID, VERIFY_CODE_EXPIRED, CHALLENGE_MAX_ATTEMPTS,
   * AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  verify(dto: MfaVerifyRequest): Promise<MfaVerifyResponse>;
  verify(body: unknown): Promise<MfaVerifyResponse>;
  verify(body: unknown): Promise<MfaVerifyResponse> {
    return this.audit.watch('MFA_VERIFICATION_FAILED', () => this.verification.verify(body));
  }

  /**
   * Gives a factor of the signed-in user another name.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  renameDevice(dto: { deviceId: string; name: string }): Promise<MfaMessageResponse>;
  renameDevice(body: unknown): Promise<MfaMessageResponse>;
  renameDevice(body: unknown): Promise<MfaMessageResponse> {
    return this.audit.watch('MFA_DEVICE_UPDATED', () => this.devicesUseCase.rename(body));
  }

  /**
   * Makes a factor of the signed-in user the one that is asked for first.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  setPreferredDevice(dto: { deviceId: string }): Promise<MfaMessageResponse>;
  setPreferredDevice(params: unknown): Promise<MfaMessageResponse>;
  setPreferredDevice(params: unknown): Promise<MfaMessageResponse> {
    return this.audit.watch('MFA_PREFERRED_METHOD_UPDATED', () => this.devicesUseCase.prefer(params));
  }

  /**
   * Removes a factor of the signed-in user. The last one goes with the backup codes, or not at all where the policy asks
   * for one.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, FORBIDDEN, AUTH_STEP_UP_REQUIRED, SERVICE_UNAVAILABLE
   */
  removeDevice(dto: { deviceId: string }): Promise<MfaRemoveDeviceResponse>;
  removeDevice(params: unknown): Promise<MfaRemoveDeviceResponse>;
  removeDevice(params: unknown): Promise<MfaRemoveDeviceResponse> {
    return this.audit.watch('MFA_DEVICE_REMOVED', () => this.devicesUseCase.remove(params));
  }

  /**
   * Removes a factor of another account, the last one too: who has lost it sets up another at the next sign-in. All
   * sessions of the account end, and the trust in its devices; its owner is told.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, FORBIDDEN (the account of the signed-in administrator),
   * SERVICE_UNAVAILABLE
   */
  removeDeviceFor(sub: string, params: unknown): Promise<MfaRemoveDeviceResponse> {
    return this.audit.watch('MFA_DEVICE_REMOVED', () => this.devicesUseCase.removeFor(sub, params));
  }

  /**
   * As `removeDeviceFor`, for an administrator who knows the factor only, not whose it is.
   *
   * @throws {NAuthException} as `removeDeviceFor`
   */
  removeAnyDevice(dto: { deviceId: string }): Promise<MfaRemoveDeviceResponse>;
  removeAnyDevice(params: unknown): Promise<MfaRemoveDeviceResponse>;
  removeAnyDevice(params: unknown): Promise<MfaRemoveDeviceResponse> {
    return this.audit.watch('MFA_DEVICE_REMOVED', () => this.devicesUseCase.removeAny(params));
  }

  /**
   * New backup codes for the signed-in user, shown this once; earlier ones are dead.
   *
   * @throws {NAuthException} FORBIDDEN without a factor or with `mfa.backup.enabled: false`, AUTH_STEP_UP_REQUIRED,
   * SERVICE_UNAVAILABLE
   */
  generateBackupCodes(): Promise<MfaBackupCodesResponse> {
    return this.audit.watch('MFA_BACKUP_CODES_GENERATED', () => this.devicesUseCase.generateBackupCodes());
  }

  /**
   * Frees an account from having to set a factor up, with a reason, or takes that back.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, SERVICE_UNAVAILABLE
   */
  setMfaExemption(dto: MfaExemptionRequest): Promise<MfaExemptionResponse>;
  setMfaExemption(body: unknown): Promise<MfaExemptionResponse>;
  setMfaExemption(body: unknown): Promise<MfaExemptionResponse> {
    return this.audit.watch('MFA_EXEMPTION_GRANTED', () => this.exemptionUseCase.execute(body));
  }
}
