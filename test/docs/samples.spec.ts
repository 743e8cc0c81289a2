import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PATIENCE_MS } from '../support/patience';
import { createTestDatabase, describeEachEngine, type TestDatabase } from '../support/services';
import { freePort, startApplication, type Application } from './support/application';
import { send, text } from './support/http';
import { buildSample, repository } from './support/workspace';

const samples = ['01-nestjs', '02-express', '03-fastify'];
const password = 'correct horse battery staple';

describe.each(samples)('sample %s', (sample) => {
  let workingDirectory: string;

  beforeAll(async () => {
    await buildSample(sample);
    workingDirectory = await mkdtemp(join(tmpdir(), 'nauth-sample-'));
  }, 120_000);
  afterAll(() => rm(workingDirectory, { recursive: true, force: true }));

  const start = async (env: Record<string, string>): Promise<Application> =>
    startApplication(join(repository, 'sample', sample, 'dist', 'main.js'), {
      cwd: workingDirectory,
      port: await freePort(),
      env: { SIGNUP_VERIFICATION: 'none', ...env },
    });

  it('names every setting that it reads in .env.example', () => {
    const folder = join(repository, 'sample', sample);
    const source = readFileSync(join(folder, 'src', 'environment.ts'), 'utf8');
    const read = [...source.matchAll(/process\.env\.([A-Z_]+)|required\('([A-Z_]+)'\)/g)].map(
      ([, plain, required]) => plain ?? required ?? '',
    );
    const example = readFileSync(join(folder, '.env.example'), 'utf8');
    expect(read.length).toBeGreaterThan(5);
    expect(read.filter((name) => !new RegExp(`^(# )?${name}=`, 'm').test(example))).toEqual([]);
  });

  it('says which secret is missing and ends', async () => {
    await expect(start({ REFRESH_TOKEN_SECRET: '' })).rejects.toThrow(/REFRESH_TOKEN_SECRET is not set/);
  });

  describeEachEngine('by DATABASE_URL', (engine) => {
    let database: TestDatabase;
    let application: Application;

    beforeEach(async () => {
      database = await createTestDatabase(engine);
    });
    afterEach(async () => {
      await application?.stop();
      await database.drop();
    });

    it('signs up, in, out, refreshes, and keeps profile and sessions', async () => {
      application = await start(engine === 'sqlite' ? {} : { DATABASE_URL: database.options.url });
      await drive(application.url);
      if (engine === 'sqlite') expect(existsSync(join(workingDirectory, 'sample.sqlite'))).toBe(true);
      expect(await application.stop()).not.toBe(1);
    });
  });

  it('delivers tokens in cookies with TOKEN_DELIVERY=cookies, to the pages of PAGES', async () => {
    const PAGES = join(repository, 'sample', '04-web', 'public');
    const application = await start({ TOKEN_DELIVERY: 'cookies', PAGES });
    try {
      const page = await fetch(application.url);
      expect([page.status, await page.text()]).toEqual([
        200,
        readFileSync(join(PAGES, 'index.html'), 'utf8'),
      ]);
      const options = await send('POST', `${application.url}/auth/passkey/login/options`, {
        headers: { 'sec-fetch-site': 'same-origin' },
        body: {},
      });
      expect([options.status, options.body.options]).toMatchObject([200, { rpId: 'localhost' }]);
      await driveWithCookies(application.url);
    } finally {
      await application.stop();
    }
  });
});

describe('sample 01-nestjs, with verification', () => {
  it('signs up with the code of the e-mail that it prints', async () => {
    await buildSample('01-nestjs');
    const cwd = await mkdtemp(join(tmpdir(), 'nauth-sample-'));
    const script = join(repository, 'sample', '01-nestjs', 'dist', 'main.js');
    const application = await startApplication(script, { cwd, port: await freePort() });
    try {
      await driveWithVerification(application);
    } finally {
      await application.stop();
      await rm(cwd, { recursive: true, force: true });
    }
  }, 120_000);
});

async function driveWithVerification({ url, output }: Application): Promise<void> {
  const signup = await send('POST', `${url}/auth/signup`, { body: { email: 'ada@example.com', password } });
  expect([signup.status, signup.body.challengeName]).toEqual([201, 'VERIFY_EMAIL']);
  const code = await vi.waitFor(() => {
    const [found] = /\b\d{6}\b/.exec(output().slice(output().indexOf('NOT SENT'))) ?? [];
    if (!found) throw new Error('no code is printed yet');
    return found;
  }, PATIENCE_MS);
  const answer = { session: text(signup, 'session'), type: 'VERIFY_EMAIL', code };
  const done = await send('POST', `${url}/auth/respond-challenge`, { body: answer });
  expect([done.status, done.body.user]).toMatchObject([200, { isEmailVerified: true }]);
  const token = text(done, 'accessToken');
  expect((await send('GET', `${url}/auth/profile`, { token })).status).toBe(200);
}

async function drive(url: string): Promise<void> {
  const email = 'ada@example.com';
  const signup = await send('POST', `${url}/auth/signup`, { body: { email, password } });
  expect([signup.status, signup.body.authMethod]).toEqual([201, 'password']);
  const login = await send('POST', `${url}/auth/login`, { body: { identifier: email, password } });
  expect(login.status).toBe(200);
  const token = text(login, 'accessToken');

  expect((await send('GET', `${url}/greeting`)).body.code).toBe('AUTH_TOKEN_MISSING');
  expect((await send('GET', `${url}/greeting`, { token })).body).toEqual({ message: `Hello, ${email}.` });
  const profile = await send('PUT', `${url}/auth/profile`, { token, body: { firstName: 'Ada' } });
  expect([profile.status, profile.body.firstName]).toEqual([200, 'Ada']);
  expect((await send('GET', `${url}/auth/profile`, { token })).body.firstName).toBe('Ada');
  expect((await send('GET', `${url}/greeting`, { token })).body).toEqual({ message: 'Hello, Ada.' });

  const refused = await send('PUT', `${url}/auth/profile`, { token, body: { isActive: false } });
  expect([refused.status, refused.body.code]).toEqual([400, 'VALIDATION_FAILED']);
  const wrong = await send('POST', `${url}/auth/login`, {
    body: { identifier: email, password: `${password}!` },
  });
  expect([wrong.status, wrong.body.code]).toEqual([401, 'AUTH_INVALID_CREDENTIALS']);

  const sessions = await send('GET', `${url}/auth/sessions`, { token });
  const [other] = sessionsOf(sessions.body).filter((session) => !session.isCurrent);
  const ended = await send('DELETE', `${url}/auth/sessions/${other?.sessionId}`, { token });
  expect([ended.status, ended.body]).toEqual([200, { success: true, wasCurrentSession: false }]);
  const signupToken = text(signup, 'accessToken');
  expect((await send('GET', `${url}/auth/profile`, { token: signupToken })).body.code).toBe(
    'AUTH_SESSION_NOT_FOUND',
  );

  const history = await send('GET', `${url}/auth/audit/history?limit=1`, { token });
  expect(history.body).toMatchObject({
    data: [{ eventType: 'SESSION_REVOKED', eventStatus: 'SUCCESS', reason: 'revoked_by_user' }],
    page: 1,
  });
  const since = `createdAt[operator]=gte&createdAt[value]=${new Date(0).toISOString()}`;
  const page = await send('GET', `${url}/auth/audit/history?${since}&eventTypes=ACCOUNT_CREATED`, { token });
  expect(page.body).toMatchObject({ total: 1, totalPages: 1 });

  const refreshed = await send('POST', `${url}/auth/refresh`, {
    body: { refreshToken: text(login, 'refreshToken') },
  });
  expect(refreshed.status).toBe(200);
  expect(text(refreshed, 'refreshToken')).not.toBe(text(login, 'refreshToken'));
  const renewed = text(refreshed, 'accessToken');
  expect((await send('POST', `${url}/auth/logout`, { token: renewed })).body).toEqual({ success: true });
  expect((await send('GET', `${url}/auth/profile`, { token: renewed })).status).toBe(401);

  const again = await send('POST', `${url}/auth/login`, { body: { identifier: email, password } });
  await driveDevices(url, text(again, 'accessToken'));
  const all = await send('POST', `${url}/auth/logout/all`, { token: text(again, 'accessToken'), body: {} });
  expect([all.status, all.body.revokedCount]).toEqual([200, 1]);
}

async function driveDevices(url: string, token: string): Promise<void> {
  const trust = await send('POST', `${url}/auth/trust-device`, { token, body: {} });
  expect([trust.status, Object.keys(trust.body)]).toEqual([200, ['deviceToken']]);
  expect((await send('GET', `${url}/auth/is-trusted-device`, { token })).body).toEqual({ trusted: true });
  const listed = await send('GET', `${url}/auth/trusted-devices`, { token });
  expect(listed.body).toMatchObject({ trustedDevices: [{ isCurrent: true }] });
  const [{ id }] = listed.body.trustedDevices as [{ id: string }];
  const revoked = await send('DELETE', `${url}/auth/trusted-devices/${id}`, { token });
  expect(revoked.body).toEqual({ success: true });
  expect((await send('DELETE', `${url}/auth/trusted-devices`, { token })).body).toEqual({ revokedCount: 0 });
  for (const path of ['step-up/challenge-data', 'mfa/challenge-data', 'mfa/verify']) {
    const none = await send('POST', `${url}/auth/${path}`, { token, body: { method: 'totp' } });
    expect([path, none.status, none.body.code]).toEqual([path, 400, 'VALIDATION_FAILED']);
  }
  const renamed = await send('PUT', `${url}/auth/mfa/devices/x`, { token, body: { name: 'drawer' } });
  expect([renamed.status, renamed.body.code]).toEqual([404, 'RESOURCE_NOT_FOUND']);
  const refused = await send('POST', `${url}/auth/step-up`, { token, body: { password: 'wrong' } });
  expect([refused.status, refused.body.code]).toEqual([400, 'PASSWORD_INCORRECT']);
}

async function driveWithCookies(url: string): Promise<void> {
  const email = 'grace@example.com';
  const signup = await send('POST', `${url}/auth/signup`, { body: { email, password } });
  expect(signup.status).toBe(201);
  expect(Object.keys(signup.body).toSorted()).toEqual(['authMethod', 'user']);
  const jar = new Map(
    signup.headers.getSetCookie().map((cookie) => {
      const [pair = ''] = cookie.split(';');
      return [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    }),
  );
  const headers = { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') };
  expect((await send('GET', `${url}/auth/profile`, { headers })).body.email).toBe(email);
  const unprotected = await send('POST', `${url}/auth/logout`, { headers });
  expect([unprotected.status, unprotected.body.code]).toEqual([403, 'AUTH_CSRF_TOKEN_MISSING']);
  const csrf = { ...headers, 'x-csrf-token': jar.get('nauth_csrf_token') ?? '' };
  const logout = await send('POST', `${url}/auth/logout`, { headers: csrf });
  expect([logout.status, logout.body]).toEqual([200, { success: true }]);
}

interface ListedSession {
  sessionId: string;
  isCurrent: boolean;
}

function sessionsOf(body: Record<string, unknown>): ListedSession[] {
  const { sessions } = body;
  if (!Array.isArray(sessions)) throw new Error('no list of sessions');
  return sessions;
}
