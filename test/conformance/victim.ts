import { randomUUID } from 'node:crypto';
import { BrowserVisitor, CSRF_COOKIE, NativeVisitor, type Visitor } from '../e2e/support/visitor';
import type { Placeholders } from './hostile-request';

const PASSWORD = 'Victim-of-every-case-2026';
const ALLOWED_HOST = 'app.example.com';

let serial = 0;

/** The account that the cases are aimed at, signed in at one client. */
export class Victim {
  private constructor(
    private readonly client: Visitor,
    readonly email: string,
  ) {}

  static async signUp(url: string, style: Visitor['style']): Promise<Victim> {
    const client = style === 'native' ? new NativeVisitor(url) : new BrowserVisitor(url);
    const email = `victim-${randomUUID()}@example.com`;
    const { status } = await client.signup({ email, password: PASSWORD });
    if (status !== 201) throw new Error(`the victim could not sign up: ${status}`);
    return new Victim(client, email);
  }

  async isSignedIn(): Promise<boolean> {
    return (await this.client.profile()).status === 200;
  }

  close(): void {
    this.client.agent.close();
  }

  async placeholders(): Promise<Placeholders> {
    const [accessToken = '', refreshToken = ''] = [
      await this.client.accessToken(),
      await this.client.refreshToken(),
    ];
    const csrfToken = (await this.client.agent.cookie(CSRF_COOKIE)) ?? '';
    const tokens = `nauth_access_token=${accessToken}; nauth_refresh_token=${refreshToken}`;
    const fixed = {
      victimEmail: this.email,
      victimEmailEnc: encodeURIComponent(this.email),
      victimEmailUpper: this.email.toUpperCase(),
      victimPassword: PASSWORD,
      victimPasswordEnc: encodeURIComponent(PASSWORD),
      accessToken,
      refreshToken,
      authCookies: `${tokens}; ${CSRF_COOKIE}=${csrfToken}`,
      authCookiesNoCsrf: tokens,
      csrfCookieName: CSRF_COOKIE,
      csrfToken,
      accessCookieName: 'nauth_access_token',
      allowedHost: ALLOWED_HOST,
    };
    const given = Object.entries(fixed).map(([name, value]): [string, () => string] => [name, () => value]);
    return { ...Object.fromEntries(given), email: () => `fresh${(serial += 1)}@example.com` };
  }
}
