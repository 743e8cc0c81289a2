import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
      env,
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

  it('delivers tokens in cookies with TOKEN_DELIVERY=cookies', async () => {
    const application = await start({ TOKEN_DELIVERY: 'cookies' });
    try {
      await driveWithCookies(application.url);
    } finally {
      await application.stop();
    }
  });
});

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

  const refreshed = await send('POST', `${url}/auth/refresh`, {
    body: { refreshToken: text(login, 'refreshToken') },
  });
  expect(refreshed.status).toBe(200);
  expect(text(refreshed, 'refreshToken')).not.toBe(text(login, 'refreshToken'));
  const renewed = text(refreshed, 'accessToken');
  expect((await send('POST', `${url}/auth/logout`, { token: renewed })).body).toEqual({ success: true });
  expect((await send('GET', `${url}/auth/profile`, { token: renewed })).status).toBe(401);

  const again = await send('POST', `${url}/auth/login`, { body: { identifier: email, password } });
  const all = await send('POST', `${url}/auth/logout/all`, { token: text(again, 'accessToken'), body: {} });
  expect([all.status, all.body.revokedCount]).toEqual([200, 1]);
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
