import type {
  AuthResponse,
  MfaVerifySetupResponse,
  PasskeyLoginOptionsRequest,
  PasskeyLoginOptionsResponse,
  RespondToChallengeRequest,
} from '../../lib/contracts';
import type { ChallengeRequests } from './challenge-requests';
import type { Endpoints } from './endpoints';
import type { MfaClient } from './mfa-client';

/** What this part needs of the client that it belongs to. */
export interface PasskeyClientParts {
  endpoints: Endpoints;
  challenges: ChallengeRequests;
  mfa: MfaClient;
  /** Sends what needs nobody to be signed in. */
  sendPublic(path: string, body: object): Promise<object>;
  /** Sends a step of a sign-in and keeps what comes of it. */
  signIn(path: string, body: object): Promise<AuthResponse>;
}

/** What a browser gave, in JSON: the answer of startRegistration() or startAuthentication() of @simplewebauthn/browser. */
export type PasskeyCredential = object;

/**
 * The backend's side of passkeys. The browser's side, navigator.credentials, is for the page to call; options are in JSON, of
 * the type that the caller has for them: `optionsJSON` of startRegistration() and startAuthentication().
 */
export class PasskeyClient {
  constructor(private readonly parts: PasskeyClientParts) {}

  /** Begins a login with a passkey alone. Without an identifier the browser offers whichever it has. */
  async loginOptions(request: PasskeyLoginOptionsRequest = {}): Promise<PasskeyLoginOptionsResponse> {
    const answer = await this.parts.sendPublic(this.parts.endpoints.passkeyLoginOptions, request);
    return answer as PasskeyLoginOptionsResponse;
  }

  /** Signs in with what the browser gave for the options that came with this session. */
  login(session: string, credential: PasskeyCredential, deviceName?: string): Promise<AuthResponse> {
    return this.parts.signIn(this.parts.endpoints.passkeyLogin, { session, credential, deviceName });
  }

  /** Begins to set a passkey up for the signed-in user. */
  async setupOptions<Options extends object>(): Promise<Options> {
    return inner((await this.parts.mfa.setup({ methodName: 'passkey' })).setupData);
  }

  /** Sets up what the browser made for these options. */
  setUp(credential: PasskeyCredential, deviceName?: string): Promise<MfaVerifySetupResponse> {
    return this.parts.mfa.verifySetup({ methodName: 'passkey', setupData: { credential }, deviceName });
  }

  /** Options for the answer to MFA_REQUIRED. */
  async challengeOptions<Options extends object>(session: string): Promise<Options> {
    const { challengeData } = await this.parts.challenges.challengeData({ session, method: 'passkey' });
    return inner(challengeData);
  }

  /** Answers MFA_REQUIRED. */
  answerChallenge(session: string, credential: PasskeyCredential): Promise<AuthResponse> {
    return this.answer({ session, type: 'MFA_REQUIRED', method: 'passkey', credential: { ...credential } });
  }

  /** Options for the passkey that MFA_SETUP_REQUIRED asks for. */
  async challengeSetupOptions<Options extends object>(session: string): Promise<Options> {
    const { setupData } = await this.parts.challenges.setupData({ session, method: 'passkey' });
    return inner(setupData);
  }

  /** Answers MFA_SETUP_REQUIRED. */
  setUpInChallenge(session: string, credential: PasskeyCredential): Promise<AuthResponse> {
    const setupData = { credential };
    return this.answer({ session, type: 'MFA_SETUP_REQUIRED', method: 'passkey', setupData });
  }

  private answer(request: RespondToChallengeRequest): Promise<AuthResponse> {
    return this.parts.signIn(this.parts.endpoints.respondToChallenge, request);
  }
}

/** Backends give the options by themselves or as `options`. */
function inner<Options extends object>(data: Record<string, unknown>): Options {
  return (typeof data.options === 'object' && data.options !== null ? data.options : data) as Options;
}
