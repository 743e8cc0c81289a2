import type { SessionInfo } from '../../../lib/contracts';
import { UserAgent, type Answer, type Sending } from './user-agent';

/** How a client carries its tokens: itself, or in cookies. */
export type Style = 'native' | 'browser';

export const CSRF_COOKIE = 'nauth_csrf_token';
export const CSRF_HEADER = 'x-csrf-token';
export const ACCESS_COOKIE = 'nauth_access_token';
export const REFRESH_COOKIE = 'nauth_refresh_token';
export const DEVICE_COOKIE = 'nauth_device_token';
export const DEVICE_HEADER = 'x-device-token';

/** Somebody at a client, who signs in and stays signed in the way of that client. */
export abstract class Visitor {
  readonly agent: UserAgent;
  abstract readonly style: Style;

  constructor(baseUrl: string) {
    this.agent = new UserAgent(baseUrl);
  }

  abstract accessToken(): Promise<string | undefined>;
  abstract refreshToken(): Promise<string | undefined>;
  abstract deviceToken(): Promise<string | undefined>;
  /** Takes a refresh token, for instance an old one, in place of the own. */
  abstract adoptRefreshToken(token: string): Promise<void>;
  /** Takes a device token, for instance somebody else's, in place of the own. */
  abstract adoptDeviceToken(token: string): Promise<void>;
  /** One request with all that the client knows. */
  abstract call(method: string, path: string, sending?: Sending): Promise<Answer>;
  abstract refresh(): Promise<Answer>;

  signup(fields: object): Promise<Answer> {
    return this.call('POST', '/auth/signup', { json: fields });
  }

  login(identifier: string, password: string, extra: object = {}): Promise<Answer> {
    return this.call('POST', '/auth/login', { json: { identifier, password, ...extra } });
  }

  profile(): Promise<Answer> {
    return this.call('GET', '/auth/profile');
  }

  logout(): Promise<Answer> {
    return this.call('POST', '/auth/logout', { json: {} });
  }

  /** Cookies of a session that are still there; that of the device outlives them. */
  async sessionCookies(): Promise<string[]> {
    return (await this.agent.cookieNames()).filter((name) => name !== DEVICE_COOKIE);
  }

  async sessions(): Promise<SessionInfo[]> {
    const { body } = await this.call('GET', '/auth/sessions');
    return body.sessions as SessionInfo[];
  }

  async sessionIds(): Promise<string[]> {
    return (await this.sessions()).map(({ sessionId }) => sessionId);
  }
}

/** Keeps tokens in memory and sends the access token in a header. */
export class NativeVisitor extends Visitor {
  readonly style = 'native';
  private access: string | undefined;
  private refreshing: string | undefined;
  private device: string | undefined;

  accessToken(): Promise<string | undefined> {
    return Promise.resolve(this.access);
  }

  refreshToken(): Promise<string | undefined> {
    return Promise.resolve(this.refreshing);
  }

  deviceToken(): Promise<string | undefined> {
    return Promise.resolve(this.device);
  }

  adoptRefreshToken(token: string): Promise<void> {
    this.refreshing = token;
    return Promise.resolve();
  }

  adoptDeviceToken(token: string): Promise<void> {
    this.device = token;
    return Promise.resolve();
  }

  async call(method: string, path: string, { headers, ...sending }: Sending = {}): Promise<Answer> {
    const authorization = this.access === undefined ? undefined : `Bearer ${this.access}`;
    const answer = await this.agent.send(method, path, {
      ...sending,
      headers: { authorization, [DEVICE_HEADER]: this.device, ...headers },
    });
    const { accessToken, refreshToken, deviceToken } = answer.body;
    if (typeof accessToken === 'string') this.access = accessToken;
    if (typeof refreshToken === 'string') this.refreshing = refreshToken;
    if (typeof deviceToken === 'string') this.device = deviceToken;
    return answer;
  }

  refresh(): Promise<Answer> {
    return this.call('POST', '/auth/refresh', { json: { refreshToken: this.refreshing } });
  }
}

/** Leaves tokens to the cookie jar, says which page it is on, and sends the CSRF token back. */
export class BrowserVisitor extends Visitor {
  readonly style = 'browser';

  accessToken(): Promise<string | undefined> {
    return this.agent.cookie(ACCESS_COOKIE);
  }

  refreshToken(): Promise<string | undefined> {
    return this.agent.cookie(REFRESH_COOKIE);
  }

  deviceToken(): Promise<string | undefined> {
    return this.agent.cookie(DEVICE_COOKIE);
  }

  async adoptDeviceToken(token: string): Promise<void> {
    const cookie = `${DEVICE_COOKIE}=${token}; Path=/; Secure; HttpOnly; SameSite=Strict`;
    await this.agent.jar.setCookie(cookie, this.agent.baseUrl);
  }

  async adoptRefreshToken(token: string): Promise<void> {
    const cookie = `${REFRESH_COOKIE}=${token}; Path=/auth; Secure; HttpOnly; SameSite=Strict`;
    await this.agent.jar.setCookie(cookie, this.agent.baseUrl);
  }

  async call(method: string, path: string, { headers, ...sending }: Sending = {}): Promise<Answer> {
    const csrf = method === 'GET' ? undefined : await this.agent.cookie(CSRF_COOKIE);
    return this.agent.send(method, path, {
      ...sending,
      headers: { 'sec-fetch-site': 'same-origin', [CSRF_HEADER]: csrf, ...headers },
    });
  }

  refresh(): Promise<Answer> {
    return this.call('POST', '/auth/refresh', { json: {} });
  }
}
