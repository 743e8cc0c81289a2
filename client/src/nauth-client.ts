import type {
  AuthResponse,
  AuthenticatedResponse,
  ChallengeResponse,
  LoginRequest,
  LogoutAllResponse,
  LogoutSessionResponse,
  SessionsResponse,
  SignupRequest,
  UpdateProfileRequest,
  UserProfile,
} from '../../lib/contracts';
import { resolveClientConfig, type NAuthClientConfig, type ResolvedClientConfig } from './client-config';
import { NAuthClientError } from './client-error';
import { CookieDelivery } from './cookie-delivery';
import { CsrfToken } from './csrf-token';
import type { Delivery } from './delivery.port';
import { DeviceToken } from './device-token';
import { fillPath } from './endpoints';
import { EventEmitter, type NAuthEvent, type NAuthEventName } from './event-emitter';
import { HttpTransport } from './http-transport';
import { JsonDelivery } from './json-delivery';
import { detectedLocale } from './platform';
import { SessionRefresher, type RefreshListener } from './session-refresher';
import { SessionStore, type CurrentUser } from './session-store';
import { MemoryStorage } from './storage';
import { UserRequests } from './user-requests';

/** The authentication routes of a backend, for browsers, React Native and Node. */
export class NAuthClient {
  private readonly config: ResolvedClientConfig;
  private readonly events = new EventEmitter();
  private readonly store: SessionStore;
  private readonly delivery: Delivery;
  private readonly transport: HttpTransport;
  private readonly refresher: SessionRefresher;
  private readonly requests: UserRequests;

  /** @throws {TypeError} for a configuration that cannot work */
  constructor(config: NAuthClientConfig) {
    this.config = resolveClientConfig(config);
    this.store = new SessionStore(this.config.storage);
    this.delivery = this.createDelivery();
    this.transport = new HttpTransport(this.config, this.delivery.credentials, (answer) =>
      this.delivery.onAnswer(answer),
    );
    const listener: RefreshListener = {
      onRefreshed: () => this.emit({ type: 'auth:refresh', data: {}, timestamp: Date.now() }),
      onSessionOver: (error, generation) => this.endSession(error, generation),
    };
    this.refresher = new SessionRefresher(this.config, this.transport, this.delivery, listener);
    this.requests = new UserRequests(this.transport, this.delivery, this.store, this.refresher, listener);
    this.on('auth:session_expired', (event) => {
      if (event.type === 'auth:session_expired') config.onSessionExpired?.(event.data);
    });
  }

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
    return this.profile('GET');
  }

  /** Fields that are left out stay as they are; null empties one. */
  async updateProfile(changes: UpdateProfileRequest): Promise<UserProfile> {
    return this.profile('PUT', changes);
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

  /**
   * Whether somebody is signed in as far as this client knows; only the backend is sure. With cookies, after a page was
   * loaded, it knows once getProfile() has been answered.
   */
  async isAuthenticated(): Promise<boolean> {
    const { user, tokens } = await this.store.read();
    if (this.config.tokenDelivery === 'cookies') return user !== undefined;
    return tokens !== undefined && tokens.refreshTokenExpiresAt * 1000 > Date.now();
  }

  /** The user as last seen, without asking the backend. */
  async getCurrentUser(): Promise<CurrentUser | null> {
    return (await this.store.read()).user ?? null;
  }

  /** For requests to other routes of the backend; null with cookies. It may have run out: see refreshTokens(). */
  async getAccessToken(): Promise<string | null> {
    return (await this.store.read()).tokens?.accessToken ?? null;
  }

  /** Calls a listener at each event of that name, or at every one for '*'. Returns what removes it again. */
  on(name: NAuthEventName | '*', listener: (event: NAuthEvent) => void): () => void {
    this.events.on(name, listener);
    return () => this.events.off(name, listener);
  }

  off(name: NAuthEventName | '*', listener: (event: NAuthEvent) => void): void {
    this.events.off(name, listener);
  }

  private createDelivery(): Delivery {
    const { address, csrf, storage, tokenDelivery } = this.config;
    if (tokenDelivery === 'cookies') return new CookieDelivery(new CsrfToken(csrf), address);
    return new JsonDelivery(this.store, new DeviceToken(storage), !(storage instanceof MemoryStorage));
  }

  private async signIn(path: string, body: object): Promise<AuthResponse> {
    try {
      const headers = await this.delivery.signInHeaders();
      const response = (await this.transport.send({ method: 'POST', path, body }, headers)) as AuthResponse;
      if (isChallenge(response)) {
        this.emit({ type: 'auth:challenge', data: response, timestamp: Date.now() });
      } else {
        await this.acceptSignIn(response);
      }
      return response;
    } catch (error) {
      if (error instanceof NAuthClientError)
        this.emit({ type: 'auth:error', data: error, timestamp: Date.now() });
      throw error;
    }
  }

  private async acceptSignIn(response: AuthenticatedResponse): Promise<void> {
    const session = this.delivery.toSession(response);
    await this.store.write(session);
    await this.delivery.rememberDevice(response);
    const data = { user: session.user ?? response.user, authMethod: response.authMethod };
    this.emit({ type: 'auth:success', data, timestamp: Date.now() });
  }

  private async profile(method: 'GET' | 'PUT', body?: object): Promise<UserProfile> {
    const { epoch } = this.store;
    const path = this.config.endpoints.profile;
    const profile = (await this.requests.send({ method, path, body })) as UserProfile;
    const session = await this.store.read();
    const isLate = this.store.epoch !== epoch || (session.user && session.user.sub !== profile.sub);
    if (!isLate) await this.store.write({ ...session, user: profile });
    return profile;
  }

  /** Forgets a session that the server has ended, unless a newer one has taken its place. */
  private async endSession(error: NAuthClientError, generation: string | undefined): Promise<void> {
    if ((await this.delivery.generation()) !== generation) return;
    const { user } = await this.store.read();
    // A visitor who never signed in has no session that could end.
    if (error.code === 'AUTH_TOKEN_MISSING' && !user) return;
    await this.store.clear();
    this.delivery.forget();
    this.emit({ type: 'auth:session_expired', data: error, timestamp: Date.now() });
  }

  private async forgetSession(): Promise<void> {
    await this.store.clear();
    this.delivery.forget();
    this.emit({ type: 'auth:logout', data: {}, timestamp: Date.now() });
  }

  private emit(event: NAuthEvent): void {
    this.events.emit(event);
  }
}

/** Whether a step stands before the sign-in. */
export function isChallenge(response: AuthResponse): response is ChallengeResponse {
  return 'challengeName' in response;
}
