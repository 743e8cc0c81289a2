import type { AuthenticatedResponse, RefreshRequest, TokenFields } from '../../lib/contracts';
import { NAuthClientError } from './client-error';
import type { Delivery, RequestCredentials } from './delivery.port';
import type { DeviceToken } from './device-token';
import type { HttpMethod } from './http.type';
import type { SessionStore, StoredSession } from './session-store';

/** Tokens in bodies and in the Authorization header. */
export class JsonDelivery implements Delivery {
  readonly credentials = 'omit';

  constructor(
    private readonly store: SessionStore,
    private readonly device: DeviceToken,
    readonly isShared: boolean,
  ) {}

  forRequest(_method: HttpMethod, session: StoredSession): RequestCredentials {
    const generation = session.tokens?.accessToken;
    return { headers: generation ? { Authorization: `Bearer ${generation}` } : {}, generation };
  }

  async generation(): Promise<string | undefined> {
    return (await this.store.read()).tokens?.accessToken;
  }

  publicHeaders(): Record<string, string> {
    return {};
  }

  signInHeaders(): Promise<Record<string, string>> {
    return this.device.headers();
  }

  onAnswer(): void {
    // All that counts is in the body.
  }

  toSession(response: AuthenticatedResponse): StoredSession {
    return {
      user: { ...response.user, sessionAuthMethod: response.authMethod },
      tokens: tokensOf(response),
    };
  }

  async rememberDevice({ deviceToken }: Pick<AuthenticatedResponse, 'deviceToken'>): Promise<void> {
    if (deviceToken !== undefined) await this.device.remember(deviceToken);
  }

  forgetDevice(): Promise<void> {
    return this.device.forget();
  }

  async refreshRequest(): Promise<RefreshRequest> {
    const { tokens } = await this.store.read();
    if (!tokens) {
      const message = 'Nobody is signed in here.';
      throw new NAuthClientError({ code: 'AUTH_TOKEN_MISSING', message, statusCode: 401 });
    }
    return { refreshToken: tokens.refreshToken };
  }

  async acceptRefresh(sent: RefreshRequest, answer: object): Promise<boolean> {
    const tokens = tokensOf(answer);
    return sent.refreshToken !== undefined && (await this.store.rotate(sent.refreshToken, tokens));
  }

  async acceptReplacement(answer: object): Promise<void> {
    await this.store.write({ ...(await this.store.read()), tokens: tokensOf(answer) });
  }

  forget(): void {
    // Nothing but what the store holds.
  }
}

/** The four token fields, all of them (wire contract, POST /refresh). */
function tokensOf(answer: Partial<TokenFields>): TokenFields {
  const { accessToken, refreshToken, accessTokenExpiresAt, refreshTokenExpiresAt } = answer;
  if (!accessToken || !refreshToken || !accessTokenExpiresAt || !refreshTokenExpiresAt) {
    const message = "The answer holds no tokens: tokenDelivery is 'json' here and 'cookies' at the backend.";
    throw new NAuthClientError({ code: 'INTERNAL_ERROR', message, statusCode: 200 });
  }
  return { accessToken, refreshToken, accessTokenExpiresAt, refreshTokenExpiresAt };
}
