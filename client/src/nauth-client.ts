import type {
  AuditHistoryRequest,
  AuditHistoryResponse,
  AuthResponse,
  ChallengeDataRequest,
  ChallengeDataResponse,
  ConfirmForgotPasswordResponse,
  ConfirmPasswordResetRequest,
  ForgotPasswordResponse,
  ChallengeResponse,
  ChangePasswordRequest,
  IsTrustedDeviceResponse,
  LoginRequest,
  LogoutAllResponse,
  LogoutSessionResponse,
  ResendCodeResponse,
  RespondToChallengeRequest,
  RevokedCountResponse,
  SessionsResponse,
  SetupDataRequest,
  SetupDataResponse,
  SignupRequest,
  StepUpRequest,
  TrustDeviceResponse,
  TrustedDevicesResponse,
  UpdatedProfile,
  UpdateProfileRequest,
  UserProfile,
} from '../../lib/contracts';
import { NAuthClientError } from './client-error';
import { fillPath, withQuery } from './endpoints';
import { detectedLocale } from './platform';
import { ClientCore } from './client-core';

/** The authentication routes of a backend, for browsers, React Native and Node. */
export class NAuthClient extends ClientCore {
  /** Creates an account. The answer is a sign-in, or the challenge that stands before one. */
  async signup(request: SignupRequest): Promise<AuthResponse> {
    this.emit({ type: 'auth:signup', data: { email: request.email }, timestamp: Date.now() });
    const locale = this.config.autoDetectLocale ? detectedLocale() : {};
    return this.signIn(this.config.endpoints.signup, { ...locale, ...request });
  }

  /** Signs in; `identifier` is an e-mail address, user name or phone number, as the backend allows. */
  async login(request: LoginRequest): Promise<AuthResponse>;
  async login(identifier: string, password: string, recaptchaToken?: string): Promise<AuthResponse>;
  async login(first: LoginRequest | string, password = '', recaptchaToken?: string): Promise<AuthResponse> {
    const request = typeof first === 'string' ? { identifier: first, password, recaptchaToken } : first;
    this.emit({ type: 'auth:login', data: { identifier: request.identifier }, timestamp: Date.now() });
    return this.signIn(this.config.endpoints.login, request);
  }

  /**
   * Answers the step that stands before the sign-in: the user, or the next step. `type` and `session` are those of the
   * step; left out, they are those of the one that this client keeps.
   *
   * @throws {NAuthClientError} the word of the step for a wrong answer; CHALLENGE_INVALID when it is over
   */
  async respondToChallenge(
    answer: Omit<RespondToChallengeRequest, 'session' | 'type'> &
      Partial<Pick<RespondToChallengeRequest, 'session' | 'type'>>,
  ): Promise<AuthResponse> {
    const kept = await this.challenge.read();
    const { session = kept?.session ?? '', type = kept?.challengeName ?? '' } = answer;
    return this.signIn(this.config.endpoints.respondToChallenge, { ...answer, session, type });
  }

  /**
   * Has the code of a step sent once more; the earlier one is void.
   *
   * @throws {NAuthClientError} RATE_LIMIT_RESEND with `retryAfter`
   */
  resendCode(session: string): Promise<ResendCodeResponse> {
    return this.challengeRequests.resend(session);
  }

  /** What the user needs to set a second factor up, as MFA_SETUP_REQUIRED asks. */
  getSetupData(request: SetupDataRequest): Promise<SetupDataResponse> {
    return this.challengeRequests.setupData(request);
  }

  /** What a second factor needs to answer MFA_REQUIRED. */
  getChallengeData(request: ChallengeDataRequest): Promise<ChallengeDataResponse> {
    return this.challengeRequests.challengeData(request);
  }

  /** The step that stands before the sign-in, for the page that it is answered on. */
  getStoredChallenge(): Promise<ChallengeResponse | null> {
    return this.challenge.read();
  }

  clearStoredChallenge(): Promise<void> {
    return this.challenge.forget();
  }

  /**
   * Renews the tokens now; requests do it by themselves when the access token has run out. Calls at the same time, in
   * this tab or another, share one refresh.
   */
  async refreshTokens(): Promise<void> {
    await this.refresher.refresh(await this.delivery.generation());
  }

  /**
   * Ends the session at the backend and forgets it here. It is forgotten here in any case. With `forgetMe` the backend
   * does not know this client again at the next sign-in.
   *
   * @throws {NAuthClientError} when the backend did not confirm, and may still know the session
   */
  async logout(options: { forgetMe?: boolean } = {}): Promise<void> {
    try {
      await this.requests.send({ method: 'POST', path: this.config.endpoints.logout, body: options });
    } catch (error) {
      if (!(error instanceof NAuthClientError) || error.statusCode !== 401) throw error;
    } finally {
      await this.forgetSession();
      if (options.forgetMe) await this.delivery.forgetDevice();
    }
  }

  /** Ends every session of the user, this one too; `forgetDevices` is `forgetMe` for all clients of the user. */
  async logoutAll(forgetDevices = false): Promise<LogoutAllResponse> {
    const path = this.config.endpoints.logoutAll;
    const answer = await this.requests.send({ method: 'POST', path, body: { forgetDevices } });
    await this.forgetSession();
    if (forgetDevices) await this.delivery.forgetDevice();
    return answer as LogoutAllResponse;
  }

  async getProfile(): Promise<UserProfile> {
    return this.profile('GET', this.config.endpoints.profile);
  }

  /**
   * Fields that are left out stay as they are; null empties one. Another address comes back as `pendingEmail` or
   * `pendingPhone`, and counts when `confirmEmail` or `confirmPhone` has brought its code.
   */
  async updateProfile(changes: UpdateProfileRequest): Promise<UpdatedProfile> {
    return this.profile('PUT', this.config.endpoints.profile, changes);
  }

  /** @throws {NAuthClientError} VERIFY_CODE_INVALID, VERIFY_CODE_EXPIRED, VERIFY_TOO_MANY_ATTEMPTS, SIGNUP_EMAIL_EXISTS */
  async confirmEmail(code: string): Promise<UserProfile> {
    return this.profile('POST', this.config.endpoints.confirmEmail, { code });
  }

  /** @throws {NAuthClientError} VERIFY_CODE_INVALID, VERIFY_CODE_EXPIRED, VERIFY_TOO_MANY_ATTEMPTS, SIGNUP_PHONE_EXISTS */
  async confirmPhone(code: string): Promise<UserProfile> {
    return this.profile('POST', this.config.endpoints.confirmPhone, { code });
  }

  /**
   * Gives the user another password. The session goes on with new tokens; every other session of the user ends.
   *
   * @throws {NAuthClientError} PASSWORD_INCORRECT, VALIDATION_INVALID_PASSWORD (`details.reasons`), PASSWORD_REUSED,
   * PASSWORD_CHANGE_NOT_ALLOWED, RATE_LIMIT_LOGIN
   */
  async changePassword(request: ChangePasswordRequest): Promise<void> {
    await this.replaceSession(this.config.endpoints.changePassword, request);
  }

  /**
   * Proves once more who the user is, for what was refused with AUTH_STEP_UP_REQUIRED: everything that the details of the
   * refusal list in `stepUp`. The session goes on here with new tokens.
   *
   * @throws {NAuthClientError} PASSWORD_INCORRECT, VERIFY_CODE_INVALID, VALIDATION_FAILED, RATE_LIMIT_LOGIN,
   * CHALLENGE_MAX_ATTEMPTS
   */
  async stepUp(request: StepUpRequest): Promise<void> {
    await this.replaceSession(this.config.endpoints.stepUp, request);
  }

  /** Data with which a second factor is shown to stepUp(); sends the code of those that have one. */
  async getStepUpData(method: string): Promise<Record<string, unknown>> {
    const path = this.config.endpoints.stepUpData;
    const answer = await this.requests.send({ method: 'POST', path, body: { method } });
    return (answer as ChallengeDataResponse).challengeData;
  }

  /**
   * Trusts this client: its user is spared the second factor here.
   *
   * @throws {NAuthClientError} AUTH_STEP_UP_REQUIRED, FORBIDDEN where the backend does not have it
   */
  async trustDevice(): Promise<void> {
    const answer = await this.requests.send({ method: 'POST', path: this.config.endpoints.trustDevice });
    await this.delivery.rememberDevice(answer as TrustDeviceResponse);
  }

  async isTrustedDevice(): Promise<boolean> {
    const answer = await this.requests.send({ method: 'GET', path: this.config.endpoints.isTrustedDevice });
    return (answer as IsTrustedDeviceResponse).trusted;
  }

  async listTrustedDevices(): Promise<TrustedDevicesResponse> {
    const answer = await this.requests.send({ method: 'GET', path: this.config.endpoints.trustedDevices });
    return answer as TrustedDevicesResponse;
  }

  /** Ends the trust in one device of the user. */
  async revokeTrustedDevice(deviceId: string): Promise<void> {
    const path = fillPath(this.config.endpoints.trustedDevice, 'deviceId', deviceId);
    await this.requests.send({ method: 'DELETE', path });
  }

  /** Ends the trust in every device of the user. */
  async revokeAllTrustedDevices(): Promise<RevokedCountResponse> {
    const answer = await this.requests.send({ method: 'DELETE', path: this.config.endpoints.trustedDevices });
    return answer as RevokedCountResponse;
  }

  /** Asks for a code with which a forgotten password can be replaced. The answer says nothing of whether there is such a user. */
  async forgotPassword(identifier: string): Promise<ForgotPasswordResponse> {
    const path = this.config.endpoints.forgotPassword;
    return (await this.sendPublic(path, { identifier })) as ForgotPasswordResponse;
  }

  /**
   * Sets a new password by that code, or by what the link of the message carries. Ends every session of the user, and
   * forgets the one that may be here; nobody is signed in by it.
   *
   * @throws {NAuthClientError} PASSWORD_RESET_CODE_INVALID, PASSWORD_RESET_CODE_EXPIRED, PASSWORD_RESET_MAX_ATTEMPTS,
   * VALIDATION_INVALID_PASSWORD (`details.reasons`), PASSWORD_REUSED
   */
  async confirmForgotPassword(request: ConfirmPasswordResetRequest): Promise<ConfirmForgotPasswordResponse> {
    const answer = await this.sendPublic(this.config.endpoints.confirmForgotPassword, request);
    await this.forgetSession();
    return answer as ConfirmForgotPasswordResponse;
  }

  /** As `confirmForgotPassword`, by a code that an administrator had sent. */
  async resetPasswordWithCode(request: ConfirmPasswordResetRequest): Promise<void> {
    await this.sendPublic(this.config.endpoints.confirmAdminResetPassword, request);
    await this.forgetSession();
  }

  async listSessions(): Promise<SessionsResponse> {
    const answer = await this.requests.send({ method: 'GET', path: this.config.endpoints.sessions });
    return answer as SessionsResponse;
  }

  /** Ends one session of the user; if it is this one, the client forgets it. */
  async revokeSession(sessionId: string): Promise<LogoutSessionResponse> {
    const path = fillPath(this.config.endpoints.session, 'sessionId', sessionId);
    const answer = (await this.requests.send({ method: 'DELETE', path })) as LogoutSessionResponse;
    if (answer.wasCurrentSession) await this.forgetSession();
    return answer;
  }

  /** What has happened to the account, newest first. */
  async getAuditHistory(query: AuditHistoryRequest = {}): Promise<AuditHistoryResponse> {
    const path = withQuery(this.config.endpoints.auditHistory, query);
    return (await this.requests.send({ method: 'GET', path })) as AuditHistoryResponse;
  }
}
