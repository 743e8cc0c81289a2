import { UserAgent, type Answer, type Sending } from './user-agent';

/** How a client carries its tokens: itself, or in cookies. */
export type Style = 'native' | 'browser';

export const CSRF_COOKIE = 'nauth_csrf_token';
export const CSRF_HEADER = 'x-csrf-token';
export const ACCESS_COOKIE = 'nauth_access_token';
export const REFRESH_COOKIE = 'nauth_refresh_token';

/** Somebody at a client, who signs in and stays signed in the way of that client. */
export abstract class Visitor {
  readonly agent: UserAgent;
  abstract readonly style: Style;

  constructor(baseUrl: string) {
    this.agent = new UserAgent(baseUrl);
  }

  abstract accessToken(): Promise<string | undefined>;
  abstract refreshToken(): Promise<string | undefined>;
  /** Takes a refresh token, for instance an old one, in place of the own. */
  abstract adoptRefreshToken(token: string): Promise<void>;
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

  async sessionIds(): Promise<string[]> {
    const { body } = await this.call('GET', '/auth/sessions');
    return (body.sessions as { sessionId: string }[]).map(({ sessionId }) => sessionId);
  }
}

/** Keeps tokens in memory and sends the access token in a header. */
export class NativeVisitor extends Visitor {
  readonly style = 'native';
  private access: string | undefined;
  private refreshing: string | undefined;

  accessToken(): Promise<string | undefined> {
    return Promise.resolve(this.access);
  }

  refreshToken(): Promise<string | undefined> {
    return Promise.resolve(this.refreshing);
  }

  adoptRefreshToken(token: string): Promise<void> {
    this.refreshing = token;
    return Promise.resolve();
  }

  async call(method: string, path: string, { headers, ...sending }: Sending = {}): Promise<Answer> {
    const authorization = this.access === undefined ? undefined : `Bearer ${this.access}`;
    const answer = await this.agent.send(method, path, {
      ...sending,
      headers: { authorization, ...headers },
    });
    const { accessToken, refreshToken } = answer.body;
    if (typeof accessToken === 'string') this.access = accessToken;
    if (typeof refreshToken === 'string') this.refreshing = refreshToken;
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
