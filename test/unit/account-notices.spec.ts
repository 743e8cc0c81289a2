import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AdminAuthService } from '../../lib/admin';
import { ContextStorage } from '../../lib/context';
import { emailTemplateVariables } from '../../lib/notifications';
import { ClientInfoHandler } from '../../lib/pipeline';
import { borrowTestDatabase } from '../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../support/services';
import { boot, outcome, PASSWORD, signUp, type Toolkit } from './passwords/support';

interface Browser {
  deviceToken: string | undefined;
  address: string;
  browser: string;
}

describeEachEngine('notices of what happens to an account', (engine) => {
  let database: TestDatabase;
  let on: Toolkit;

  const start = async (changes: Parameters<typeof boot>[1] = {}): Promise<void> => {
    on = await boot(database, {
      rateLimits: { login: { network: false }, passwordReset: { network: false } },
      ...changes,
    });
  };
  beforeEach(async () => {
    database = await borrowTestDatabase(engine);
  });
  afterEach(async () => {
    await on.module.close();
    await database.drop();
  });

  const of = (template: string, to: string) =>
    on.mails.filter((mail) => mail.template === template && mail.to === to);
  const mailOf = (template: string, to: string) =>
    vi.waitFor(
      () => {
        const [mail] = of(template, to);
        if (!mail) throw new Error(`no ${template} yet`);
        return mail;
      },
      { timeout: 20_000 },
    );
  /** Everything that was queued so far has been sent. */
  const allSent = () =>
    vi.waitFor(
      async () => {
        const [row] = await on.sql('SELECT COUNT(*) AS n FROM nauth_outbox');
        if (Number(row?.['n']) > 0) throw new Error('messages wait');
      },
      { timeout: 20_000 },
    );
  /** Work as a request of a browser, with the token of a device where one is given. */
  const inBrowser = <T>(
    work: () => Promise<T>,
    { deviceToken, address = '198.51.100.7', browser = 'Firefox/140.0' }: Partial<Browser> = {},
  ) => {
    const context = on.module.get(ContextStorage);
    const headers = {
      'user-agent': `Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 ${browser}`,
      ...(deviceToken !== undefined && { 'x-device-token': deviceToken }),
    };
    const state = context.open({
      ...{ method: 'POST', url: '/', headers },
      socket: { remoteAddress: address },
    });
    on.module.get(ClientInfoHandler).handle(state);
    return context.run(state, work);
  };
  const login = (identifier: string, password = PASSWORD) => on.auth.login({ identifier, password });

  it('welcome: none by default; once when asked for, and not at a later sign-in', async () => {
    await start();
    const quiet = await signUp(on);
    await allSent();
    expect(of('welcome', quiet.email)).toEqual([]);
    await on.module.close();
    await start({ emailNotifications: { suppress: { welcome: false } } });
    const { email } = await signUp(on);
    await mailOf('welcome', email);
    await login(email);
    await allSent();
    expect(of('welcome', email)).toHaveLength(1);
  });

  it('welcome: not before the address is proved', async () => {
    await start({
      signup: { verificationMethod: 'email' },
      emailNotifications: { suppress: { welcome: false } },
    });
    const email = 'late@example.com';
    const { session = '' } = await on.auth.signup({ email, password: PASSWORD });
    const { variables } = await mailOf('verification', email);
    await allSent();
    expect(of('welcome', email)).toEqual([]);
    await on.auth.respondToChallenge({ session, type: 'VERIFY_EMAIL', code: String(variables['code']) });
    await mailOf('welcome', email);
  });

  it('newDevice: for a browser or a network that the account did not know, once, and not for its own', async () => {
    await start();
    const email = 'ada@example.com';
    const { deviceToken } = await inBrowser(() => on.auth.signup({ email, password: PASSWORD }));
    const signIn = (browser: Partial<Browser>) => inBrowser(() => login(email), browser);
    await signIn({ deviceToken, address: '203.0.113.9', browser: 'Firefox/141.0' });
    // A client that keeps no token is a new device each time, and no news to anybody.
    await signIn({ address: '203.0.113.9' });
    await allSent();
    expect(of('newDevice', email)).toEqual([]);
    await signIn({ address: '192.0.2.44' });
    await signIn({ address: '192.0.2.44' });
    expect((await mailOf('newDevice', email)).text).toContain('192.0.2.44');
    await signIn({ address: '192.0.2.44', browser: 'Chrome/141.0.0.0' });
    await allSent();
    expect(of('newDevice', email)).toHaveLength(2);
  });

  it('sessionsRevoked: once when a spent refresh token came back, and not at a logout', async () => {
    await start();
    const owner = await signUp(on);
    const { refreshToken = '' } = await on.auth.refreshToken({ refreshToken: owner.refreshToken });
    await on.auth.refreshToken({ refreshToken });
    // Two generations old: beyond any grace window.
    for (let time = 0; time < 2; time += 1) {
      expect(await outcome(on.auth.refreshToken({ refreshToken: owner.refreshToken }))).toMatch(/^AUTH_/);
    }
    const { text } = await mailOf('sessionsRevoked', owner.email);
    expect(text).not.toContain('198.51.100');
    const other = await signUp(on);
    await on.as(other.accessToken, () => on.auth.logoutAll({}));
    await allSent();
    expect(of('sessionsRevoked', owner.email)).toHaveLength(1);
    expect(of('sessionsRevoked', other.email)).toEqual([]);
  });

  it('sessionsRevoked: when an administrator ended sessions, without where the administrator sits', async () => {
    await start();
    const [operator, owner] = [await signUp(on), await signUp(on)];
    const admin = on.module.get(AdminAuthService);
    const reset = (revokeSessions: boolean) =>
      on.as(operator.accessToken, () => admin.resetPassword({ sub: owner.sub, revokeSessions }));
    await reset(false);
    await allSent();
    expect(of('sessionsRevoked', owner.email)).toEqual([]);
    expect((await reset(true)).sessionsRevoked).toBe(1);
    expect((await mailOf('sessionsRevoked', owner.email)).text).not.toContain('198.51.100.1');
  });

  it('accountLockout: once for a lock, to an account that there is, and alike in the answers', async () => {
    await start({ lockout: { maxAttempts: 2, duration: 900 } });
    const { email } = await signUp(on);
    const tries = async (name: string): Promise<string[]> => {
      const answers: string[] = [];
      for (let time = 0; time < 5; time += 1) answers.push(await outcome(login(name, 'wrong password')));
      return answers;
    };
    expect(await tries(email)).toEqual(await tries('nobody@example.com'));
    expect((await mailOf('accountLockout', email)).text).toContain('15 minutes');
    await allSent();
    expect(on.mails.filter(({ template }) => template === 'accountLockout')).toHaveLength(1);
  });
});

describe('every e-mail that has a template', () => {
  const lib = join(__dirname, '../../lib');
  const sources = readdirSync(lib, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) =>
        file.endsWith('.ts') && !file.endsWith('.spec.ts') && !/^(notifications.templates|config)/.test(file),
    )
    .map((file) => readFileSync(join(lib, file), 'utf8'));

  it.each(Object.keys(emailTemplateVariables))('%s is sent by something', (name) => {
    expect(sources.some((source) => source.includes(`'${name}'`))).toBe(true);
  });
});
