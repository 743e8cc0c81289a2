import { Inject, Injectable } from '@nestjs/common';
import { AuditRecorder } from '../audit';
import type {
  ChallengeDataRequest,
  ChallengeDataResponse,
  LoginRequest,
  LogoutAllRequest,
  LogoutAllResponse,
  LogoutRequest,
  LogoutResponse,
  LogoutSessionResponse,
  RefreshRequest,
  ResendCodeRequest,
  ResendCodeResponse,
  RespondToChallengeRequest,
  SessionsResponse,
  SetupDataRequest,
  SetupDataResponse,
  SignupRequest,
  UpdateProfileRequest,
  UserProfile,
} from '../contracts';
import type { AuthResponseDTO, TokenResponseDTO } from './dto';
import { LoginUseCase } from './use-cases/login.use-case';
import { LogoutUseCase } from './use-cases/logout.use-case';
import { ProfileUseCase } from './use-cases/profile.use-case';
import { RefreshTokenUseCase } from './use-cases/refresh-token.use-case';
import { RespondToChallengeUseCase } from './use-cases/respond-to-challenge.use-case';
import { SessionsUseCase } from './use-cases/sessions.use-case';
import { SignupUseCase } from './use-cases/signup.use-case';

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
    @Inject(RespondToChallengeUseCase) private readonly challengeUseCase: RespondToChallengeUseCase,
    @Inject(RefreshTokenUseCase) private readonly refreshUseCase: RefreshTokenUseCase,
    @Inject(LogoutUseCase) private readonly logoutUseCase: LogoutUseCase,
    @Inject(SessionsUseCase) private readonly sessionsUseCase: SessionsUseCase,
    @Inject(ProfileUseCase) private readonly profileUseCase: ProfileUseCase,
  ) {}

  /**
   * Opens an account and signs it in: tokens, or a challenge.
   *
   * @throws {NAuthException} VALIDATION_FAILED, SIGNUP_DISABLED, SIGNUP_WEAK_PASSWORD, SIGNUP_EMAIL_EXISTS,
   * SIGNUP_USERNAME_EXISTS, SIGNUP_PHONE_EXISTS, SERVICE_UNAVAILABLE
   */
  signup(dto: SignupRequest): Promise<AuthResponseDTO>;
  signup(body: unknown): Promise<AuthResponseDTO>;
  signup(body: unknown): Promise<AuthResponseDTO> {
    return this.audit.watch('ACCOUNT_CREATED', () => this.signupUseCase.execute(body));
  }

  /**
   * Signs in with identifier and password: tokens, or a challenge.
   *
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_INVALID_CREDENTIALS, RATE_LIMIT_LOGIN, SERVICE_UNAVAILABLE
   */
  login(dto: LoginRequest): Promise<AuthResponseDTO>;
  login(body: unknown): Promise<AuthResponseDTO>;
  login(body: unknown): Promise<AuthResponseDTO> {
    return this.audit.watch('LOGIN_FAILED', () => this.loginUseCase.execute(body));
  }

  /**
   * Answers a challenge: tokens, or the next challenge.
   *
   * @throws {NAuthException} VALIDATION_FAILED, CHALLENGE_INVALID, CHALLENGE_TYPE_MISMATCH, CHALLENGE_MAX_ATTEMPTS,
   * SERVICE_UNAVAILABLE, and the challenge's own word for a wrong answer
   */
  respondToChallenge(dto: RespondToChallengeRequest): Promise<AuthResponseDTO>;
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
  resendCode(dto: ResendCodeRequest): Promise<ResendCodeResponse>;
  resendCode(body: unknown): Promise<ResendCodeResponse>;
  resendCode(body: unknown): Promise<ResendCodeResponse> {
    return this.audit.watch('CHALLENGE_ATTEMPT_FAILED', () => this.challengeUseCase.resend(body));
  }

  /**
   * Data with which a second factor is set up inside a challenge.
   *
   * @throws {NAuthException} VALIDATION_FAILED, CHALLENGE_INVALID, CHALLENGE_MAX_ATTEMPTS, CHALLENGE_TYPE_MISMATCH,
   * SERVICE_UNAVAILABLE
   */
  getSetupData(dto: SetupDataRequest): Promise<SetupDataResponse>;
  getSetupData(body: unknown): Promise<SetupDataResponse>;
  getSetupData(body: unknown): Promise<SetupDataResponse> {
    return this.audit.watch('CHALLENGE_ATTEMPT_FAILED', () => this.challengeUseCase.setupData(body));
  }

  /**
   * Data with which a second factor answers a challenge.
   *
   * @throws {NAuthException} VALIDATION_FAILED, CHALLENGE_INVALID, CHALLENGE_MAX_ATTEMPTS, CHALLENGE_TYPE_MISMATCH,
   * SERVICE_UNAVAILABLE
   */
  getChallengeData(dto: ChallengeDataRequest): Promise<ChallengeDataResponse>;
  getChallengeData(body: unknown): Promise<ChallengeDataResponse>;
  getChallengeData(body: unknown): Promise<ChallengeDataResponse> {
    return this.audit.watch('CHALLENGE_ATTEMPT_FAILED', () => this.challengeUseCase.challengeData(body));
  }

  /**
   * Exchanges a refresh token for its successor and a new access token.
   *
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_MISSING, AUTH_TOKEN_INVALID, AUTH_TOKEN_EXPIRED,
   * AUTH_TOKEN_REUSE_DETECTED, AUTH_SESSION_NOT_FOUND, AUTH_SESSION_EXPIRED, SERVICE_UNAVAILABLE
   */
  refreshToken(dto?: RefreshRequest): Promise<TokenResponseDTO>;
  refreshToken(body: unknown): Promise<TokenResponseDTO>;
  refreshToken(body?: unknown): Promise<TokenResponseDTO> {
    return this.audit.watch('TOKEN_REFRESHED', () => this.refreshUseCase.execute(body));
  }

  /**
   * Ends the session of this request and clears its cookies.
   *
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  logout(dto?: LogoutRequest): Promise<LogoutResponse>;
  logout(body: unknown): Promise<LogoutResponse>;
  logout(body?: unknown): Promise<LogoutResponse> {
    return this.audit.watch('SESSION_REVOKED', () => this.logoutUseCase.execute(body));
  }

  /**
   * Ends every session of the signed-in user, this one included.
   *
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  logoutAll(dto?: LogoutAllRequest): Promise<LogoutAllResponse>;
  logoutAll(body: unknown): Promise<LogoutAllResponse>;
  logoutAll(body?: unknown): Promise<LogoutAllResponse> {
    return this.audit.watch('GLOBAL_SIGNOUT', () => this.logoutUseCase.all(body));
  }

  /**
   * Ends one session of the signed-in user.
   *
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  logoutSession(dto: { sessionId: string }): Promise<LogoutSessionResponse>;
  logoutSession(params: unknown): Promise<LogoutSessionResponse>;
  logoutSession(params: unknown): Promise<LogoutSessionResponse> {
    return this.audit.watch('SESSION_REVOKED', () => this.logoutUseCase.one(params));
  }

  /**
   * The live sessions of the signed-in user, newest first.
   *
   * @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  getUserSessions(): Promise<SessionsResponse> {
    return this.sessionsUseCase.execute();
  }

  /**
   * The profile of the signed-in user.
   *
   * @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*
   */
  async getProfile(): Promise<UserProfile> {
    return this.profileUseCase.read();
  }

  /**
   * Changes names, locale and time zone; null empties a field.
   *
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE
   */
  updateProfile(dto: UpdateProfileRequest): Promise<UserProfile>;
  updateProfile(body: unknown): Promise<UserProfile>;
  updateProfile(body: unknown): Promise<UserProfile> {
    return this.audit.watch('PROFILE_UPDATED', () => this.profileUseCase.update(body));
  }
}
