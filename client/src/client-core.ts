import type {
  AuthenticatedResponse,
  AuthResponse,
  ChallengeResponse,
  UpdatedProfile,
} from '../../lib/contracts';
import { ChallengeMemory } from './challenge-memory';
import { ChallengeRequests } from './challenge-requests';
import { resolveClientConfig, type NAuthClientConfig, type ResolvedClientConfig } from './client-config';
import { NAuthClientError } from './client-error';
import { CookieDelivery } from './cookie-delivery';
import { CsrfToken } from './csrf-token';
import type { Delivery } from './delivery.port';
import { DeviceToken } from './device-token';
import { EventEmitter, type NAuthEvent, type NAuthEventName } from './event-emitter';
import { HttpTransport } from './http-transport';
import { JsonDelivery } from './json-delivery';
import { MfaClient } from './mfa-client';
import { PasskeyClient } from './passkey-client';
import { SessionRefresher, type RefreshListener } from './session-refresher';
import { SessionStore, type CurrentUser } from './session-store';
import { MemoryStorage } from './storage';
import { UserRequests } from './user-requests';

/** Refusals after which a step cannot be answered any more. */
const OVER = new Set([
  'CHALLENGE_INVALID',
  'CHALLENGE_EXPIRED',
  'CHALLENGE_MAX_ATTEMPTS',
  'CHALLENGE_ALREADY_COMPLETED',
]);

/** What a client is made of: the session it remembers, and how its requests are sent. */
export abstract class ClientCore {
  /** Second factors. */
  readonly mfa: MfaClient;
  /** Passkeys: login without a password, second factors, and setting them up. */
  readonly passkeys: PasskeyClient;
  protected readonly config: ResolvedClientConfig;
  private readonly events = new EventEmitter();
  protected readonly store: SessionStore;
  protected readonly delivery: Delivery;
  protected readonly transport: HttpTransport;
  protected readonly refresher: SessionRefresher;
  protected readonly requests: UserRequests;
  protected readonly challenge: ChallengeMemory;
  protected readonly challengeRequests: ChallengeRequests;

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
    this.challenge = new ChallengeMemory(this.config.storage);
    this.challengeRequests = new ChallengeRequests(this.transport, this.delivery, this.config.endpoints);
    this.mfa = new MfaClient(this.requests, this.config.endpoints);
    this.passkeys = new PasskeyClient({
      endpoints: this.config.endpoints,
      challenges: this.challengeRequests,
      mfa: this.mfa,
      sendPublic: (path, body) => this.sendPublic(path, body),
      signIn: (path, body) => this.signIn(path, body),
    });
    this.on('auth:session_expired', (event) => {
      if (event.type === 'auth:session_expired') config.onSessionExpired?.(event.data);
    });
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

  /** A request whose answer has other tokens for the session. */
  protected async replaceSession(path: string, body: object): Promise<void> {
    const { epoch } = this.store;
    const { user } = await this.store.read();
    const answer = await this.requests.send({ method: 'POST', path, body });
    const now = await this.store.read();
    // Signed out, or somebody else signed in, while the answer was on its way: its tokens are not for them.
    if (this.store.epoch !== epoch || now.user?.sub !== user?.sub) return;
    await this.delivery.acceptReplacement(answer);
    this.emit({ type: 'auth:refresh', data: {}, timestamp: Date.now() });
  }

  private createDelivery(): Delivery {
    const { address, csrf, storage, tokenDelivery } = this.config;
    if (tokenDelivery === 'cookies') return new CookieDelivery(new CsrfToken(csrf), address);
    return new JsonDelivery(this.store, new DeviceToken(storage), !(storage instanceof MemoryStorage));
  }

  protected async signIn(path: string, body: object): Promise<AuthResponse> {
    try {
      const headers = await this.delivery.signInHeaders();
      const response = (await this.transport.send({ method: 'POST', path, body }, headers)) as AuthResponse;
      if (isChallenge(response)) {
        await this.challenge.keep(response);
        this.emit({ type: 'auth:challenge', data: response, timestamp: Date.now() });
      } else {
        await this.acceptSignIn(response);
      }
      return response;
    } catch (error) {
      if (error instanceof NAuthClientError) {
        // What can never be answered any more is not worth keeping.
        if (OVER.has(error.code)) await this.challenge.forget();
        this.emit({ type: 'auth:error', data: error, timestamp: Date.now() });
      }
      throw error;
    }
  }

  protected sendPublic(path: string, body: object): Promise<object> {
    return this.transport.send({ method: 'POST', path, body }, this.delivery.publicHeaders('POST'));
  }

  private async acceptSignIn(response: AuthenticatedResponse): Promise<void> {
    const session = this.delivery.toSession(response);
    await this.challenge.forget();
    await this.store.write(session);
    await this.delivery.rememberDevice(response);
    const data = { user: session.user ?? response.user, authMethod: response.authMethod };
    this.emit({ type: 'auth:success', data, timestamp: Date.now() });
  }

  protected async profile(
    method: 'GET' | 'PUT' | 'POST',
    path: string,
    body?: object,
  ): Promise<UpdatedProfile> {
    const { epoch } = this.store;
    const profile = (await this.requests.send({ method, path, body })) as UpdatedProfile;
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

  protected async forgetSession(): Promise<void> {
    await this.store.clear();
    this.delivery.forget();
    this.emit({ type: 'auth:logout', data: {}, timestamp: Date.now() });
  }

  protected emit(event: NAuthEvent): void {
    this.events.emit(event);
  }
}

/** Whether a step stands before the sign-in. */
export function isChallenge(response: AuthResponse): response is ChallengeResponse {
  return 'challengeName' in response;
}
