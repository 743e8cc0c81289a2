import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PATIENCE_MS } from '../../test/support/patience';
import { MINUTE, startBackend, type Backend } from './backend.fixture';
import { isChallenge, MemoryStorage, NAuthClient, NAuthClientError, type NAuthEvent } from './index';

const PASSWORD = 'correct horse battery staple';
let backend: Backend;
let users = 0;

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend.close());

async function signedUp(options: { storage?: MemoryStorage; expired?: string[] } = {}) {
  const email = `ada.${(users += 1)}@example.com`;
  const client = new NAuthClient({
    baseUrl: backend.url,
    tokenDelivery: 'json',
    storage: options.storage,
    onSessionExpired: (error) => options.expired?.push(error.code),
  });
  const events: NAuthEvent[] = [];
  client.on('*', (event) => events.push(event));
  await client.signup({ email, password: PASSWORD, firstName: 'Ada' });
  return { client, email, events, names: () => events.map((event) => event.type) };
}

function refusal(promise: Promise<unknown>): Promise<NAuthClientError> {
  return promise.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) =>
      error instanceof NAuthClientError ? error : Promise.reject(new Error('another error')),
  );
}

describe('the client with tokens in JSON', () => {
  it('signs up, reads and changes the profile, and signs out', async () => {
    const { client, email, names } = await signedUp();
    expect(await client.isAuthenticated()).toBe(true);
    expect(await client.getCurrentUser()).toMatchObject({ email, sessionAuthMethod: 'password' });
    expect(await client.getProfile()).toMatchObject({ email, firstName: 'Ada' });
    expect(await client.updateProfile({ firstName: 'Augusta', locale: 'en-GB' })).toMatchObject({
      firstName: 'Augusta',
      locale: 'en-GB',
    });
    expect(await client.getCurrentUser()).toMatchObject({ firstName: 'Augusta', locale: 'en-GB' });
    await client.logout();
    expect(await client.isAuthenticated()).toBe(false);
    expect(await client.getCurrentUser()).toBeNull();
    expect(await client.getAccessToken()).toBeNull();
    expect(names()).toEqual(['auth:signup', 'auth:success', 'auth:logout']);
  });

  it('signs in, by one object or by two texts', async () => {
    const { client, email, names } = await signedUp();
    const response = await client.login(email, PASSWORD);
    expect(isChallenge(response)).toBe(false);
    await client.login({ identifier: email, password: PASSWORD, deviceName: 'desk' });
    const { sessions } = await client.listSessions();
    expect(sessions.filter((session) => session.isCurrent).map((session) => session.deviceName)).toEqual([
      'desk',
    ]);
    expect(names().slice(2)).toEqual(['auth:login', 'auth:success', 'auth:login', 'auth:success']);
  });

  it('is known again after signing out, until it asks to be forgotten', async () => {
    const storage = new MemoryStorage();
    const { client, email } = await signedUp({ storage });
    const device = async (): Promise<string | null | undefined> =>
      (await client.listSessions()).sessions.find(({ isCurrent }) => isCurrent)?.deviceId;
    const first = await device();
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    const token = storage.getItem('nauth_device_token');
    await client.logout();
    expect(storage.getItem('nauth_device_token')).toBe(token);
    await client.login(email, PASSWORD);
    expect(await device()).toBe(first);
    // Somebody else on the same client: the token is worth nothing to them, and is replaced by one of their own.
    const other = await signedUp({ storage });
    expect(storage.getItem('nauth_device_token')).not.toBe(token);
    await other.client.logoutAll(true);
    expect(storage.getItem('nauth_device_token')).toBeNull();
    await client.login(email, PASSWORD);
    expect(await device()).not.toBe(first);
    await client.logout({ forgetMe: true });
    expect(storage.getItem('nauth_device_token')).toBeNull();
  });

  it('goes on with the tokens of a change of the password', async () => {
    const { client, email, names } = await signedUp();
    const other = new NAuthClient({ baseUrl: backend.url, tokenDelivery: 'json' });
    await other.login(email, PASSWORD);
    const before = await client.getAccessToken();
    const wrong = await refusal(client.changePassword({ oldPassword: 'x', newPassword: 'nine blue lakes' }));
    expect(wrong).toMatchObject({ code: 'PASSWORD_INCORRECT', statusCode: 400 });
    expect(await client.getAccessToken()).toBe(before);
    await client.changePassword({ oldPassword: PASSWORD, newPassword: 'nine blue lakes' });
    expect(await client.getAccessToken()).not.toBe(before);
    await client.refreshTokens();
    expect(await client.getProfile()).toMatchObject({ email });
    expect(names().slice(2)).toEqual(['auth:refresh', 'auth:refresh']);
    expect((await refusal(other.getProfile())).code).toBe('AUTH_SESSION_NOT_FOUND');
    expect(isChallenge(await other.login(email, 'nine blue lakes'))).toBe(false);
  });

  it('reads what has happened to the account, by page, kind and time', async () => {
    const { client, email } = await signedUp();
    await client.login(email, PASSWORD);
    const all = await client.getAuditHistory();
    expect(all.data.map(({ eventType }) => eventType)).toEqual([
      'LOGIN_SUCCESS',
      'SESSION_CREATED',
      'SESSION_CREATED',
      'ACCOUNT_CREATED',
    ]);
    const some = await client.getAuditHistory({
      page: 2,
      limit: 1,
      eventTypes: ['LOGIN_SUCCESS', 'ACCOUNT_CREATED'],
      eventStatus: 'SUCCESS',
      createdAt: { operator: 'gte', value: String(all.data.at(-1)?.createdAt) },
    });
    expect(some).toEqual({ data: all.data.slice(-1), total: 2, page: 2, limit: 1, totalPages: 2 });
    const later = { operator: 'gt', value: String(all.data[0]?.createdAt) } as const;
    expect((await client.getAuditHistory({ createdAt: later })).total).toBe(0);
    expect((await refusal(client.getAuditHistory({ limit: 0 }))).code).toBe('VALIDATION_FAILED');
  });

  it('replaces a forgotten password, and forgets the session that ended by it', async () => {
    const { client, email, names } = await signedUp();
    expect(await client.forgotPassword(email)).toMatchObject({ success: true, deliveryMedium: 'email' });
    const mail = await vi.waitFor(() => {
      const found = backend.mails.find(({ to }) => to === email);
      return found ?? Promise.reject(new Error('no mail yet'));
    }, PATIENCE_MS);
    const request = { identifier: email, code: '1', newPassword: 'nine blue lakes' };
    expect((await refusal(client.confirmForgotPassword(request))).code).toBe('PASSWORD_RESET_CODE_INVALID');
    expect(await client.isAuthenticated()).toBe(true);
    const code = String(Reflect.get(mail.variables, 'code'));
    expect((await refusal(client.resetPasswordWithCode({ ...request, code }))).code).toBe(
      'PASSWORD_RESET_CODE_INVALID',
    );
    expect(await client.confirmForgotPassword({ ...request, code })).toEqual({
      success: true,
      mustChangePassword: false,
    });
    expect(await client.isAuthenticated()).toBe(false);
    expect(names().at(-1)).toBe('auth:logout');
    expect(isChallenge(await client.login(email, 'nine blue lakes'))).toBe(false);
  });

  it('hands on refusals with code, status, time and details', async () => {
    const { client, email, events } = await signedUp();
    const wrong = await refusal(client.login(email, 'not the password'));
    expect(wrong).toMatchObject({ code: 'AUTH_INVALID_CREDENTIALS', statusCode: 401 });
    expect(Date.parse(wrong.timestamp)).not.toBeNaN();
    expect(events.at(-1)).toMatchObject({ type: 'auth:error', data: wrong });
    // The session that was there before is not touched by a refused sign-in.
    expect(await client.isAuthenticated()).toBe(true);

    const weak = await refusal(client.signup({ email: 'nobody', password: 'x' }));
    expect(weak).toMatchObject({ code: 'VALIDATION_FAILED', statusCode: 400 });
    expect(Object.keys(weak.details?.fields ?? {})).toContain('email');
  });

  it('makes one refresh of ten calls at expiry', async () => {
    const { client, names } = await signedUp();
    const before = await client.getAccessToken();
    backend.advance(16 * MINUTE);
    const refreshes = backend.count('POST /auth/refresh');
    const calls = Array.from({ length: 10 }, () => client.getProfile());
    expect(new Set((await Promise.all(calls)).map((profile) => profile.firstName))).toEqual(new Set(['Ada']));
    expect(backend.count('POST /auth/refresh') - refreshes).toBe(1);
    expect(await client.getAccessToken()).not.toBe(before);
    expect(names().filter((name) => name === 'auth:refresh')).toHaveLength(1);
  });

  it('makes one refresh of several explicit ones, and of those that come meanwhile', async () => {
    const { client } = await signedUp();
    const refreshes = backend.count('POST /auth/refresh');
    backend.advance(16 * MINUTE);
    await Promise.all([client.refreshTokens(), client.refreshTokens(), client.getProfile()]);
    expect(backend.count('POST /auth/refresh') - refreshes).toBe(1);
    await client.refreshTokens();
    expect(backend.count('POST /auth/refresh') - refreshes).toBe(2);
  });

  it('forgets a session that cannot be refreshed, and says so once', async () => {
    const expired: string[] = [];
    const { client, names } = await signedUp({ expired });
    backend.advance(8 * 24 * 60 * MINUTE);
    const errors = await Promise.all([1, 2, 3].map(() => refusal(client.getProfile())));
    expect(errors.map((error) => error.statusCode)).toEqual([401, 401, 401]);
    expect(await client.getCurrentUser()).toBeNull();
    expect(names().filter((name) => name === 'auth:session_expired')).toHaveLength(1);
    expect(expired).toHaveLength(1);
  });

  it('forgets a session that was ended elsewhere, without trying to refresh it', async () => {
    const expired: string[] = [];
    const { client, email } = await signedUp({ expired });
    const other = new NAuthClient({ baseUrl: backend.url, tokenDelivery: 'json' });
    await other.login(email, PASSWORD);
    expect(await other.logoutAll()).toMatchObject({ revokedCount: 2 });
    expect(await other.isAuthenticated()).toBe(false);
    const refreshes = backend.count('POST /auth/refresh');
    expect((await refusal(client.getProfile())).statusCode).toBe(401);
    expect(backend.count('POST /auth/refresh')).toBe(refreshes);
    expect(expired).toEqual(['AUTH_SESSION_NOT_FOUND']);
    await client.logout();
  });

  it('revokes sessions, and forgets its own', async () => {
    const { client, email } = await signedUp();
    const other = new NAuthClient({ baseUrl: backend.url, tokenDelivery: 'json' });
    await other.login(email, PASSWORD);
    const { sessions } = await other.listSessions();
    const first = sessions.find((session) => !session.isCurrent);
    expect(await other.revokeSession(first?.sessionId ?? '')).toMatchObject({ wasCurrentSession: false });
    expect((await refusal(client.getProfile())).statusCode).toBe(401);
    const own = sessions.find((session) => session.isCurrent);
    expect(await other.revokeSession(own?.sessionId ?? '')).toMatchObject({ wasCurrentSession: true });
    expect(await other.isAuthenticated()).toBe(false);
  });

  it('keeps the session through an outage of the backend', async () => {
    const { client } = await signedUp();
    const token = await client.getAccessToken();
    const storage = new MemoryStorage();
    const answered = { status: 503 };
    const flaky = new NAuthClient({
      baseUrl: backend.url,
      tokenDelivery: 'json',
      storage,
      fetch: async (url, init) => {
        if (!url.endsWith('/refresh') || answered.status === 200) return fetch(url, init);
        return new Response('{"code":"SERVICE_UNAVAILABLE"}', {
          status: 503,
          headers: { 'retry-after': '7' },
        });
      },
    });
    await flaky.signup({ email: `flaky@example.com`, password: PASSWORD });
    backend.advance(16 * MINUTE);
    const outage = await refusal(flaky.getProfile());
    expect(outage).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: 7 });
    expect(await flaky.isAuthenticated()).toBe(true);
    answered.status = 200;
    expect(await flaky.getProfile()).toMatchObject({ email: 'flaky@example.com' });
    expect(token).not.toBeNull();
  });

  it('does not bring back a session that was signed out during its refresh', async () => {
    const gate = new EventEmitter();
    const client = new NAuthClient({
      baseUrl: backend.url,
      tokenDelivery: 'json',
      fetch: async (url, init) => {
        const answer = await fetch(url, init);
        if (url.endsWith('/refresh')) {
          const signedOut = once(gate, 'signed out');
          gate.emit('refreshed');
          await signedOut;
        }
        return answer;
      },
    });
    await client.signup({ email: 'leaving@example.com', password: PASSWORD });
    const refreshed = once(gate, 'refreshed');
    const refresh = client.refreshTokens();
    await refreshed;
    await client.logout();
    gate.emit('signed out');
    await refresh;
    expect(await client.isAuthenticated()).toBe(false);
    expect(await client.getAccessToken()).toBeNull();
  });

  it("does not send one user's request again as another user", async () => {
    const gate = new EventEmitter();
    const client = new NAuthClient({
      baseUrl: backend.url,
      fetch: async (url, init) => {
        const answer = await fetch(url, init);
        if (init.method === 'PUT') {
          const switched = once(gate, 'switched');
          gate.emit('refused');
          await switched;
        }
        return answer;
      },
    });
    await client.signup({ email: 'first@example.com', password: PASSWORD });
    const { email } = await signedUp();
    backend.advance(16 * MINUTE);
    const refused = once(gate, 'refused');
    const renamed = refusal(client.updateProfile({ firstName: 'Changed' }));
    await refused;
    await client.login(email, PASSWORD);
    gate.emit('switched');
    expect((await renamed).code).toBe('AUTH_TOKEN_EXPIRED');
    expect(await client.getProfile()).toMatchObject({ email, firstName: 'Ada' });
  });

  it('asks for nothing without a session', async () => {
    const client = new NAuthClient({ baseUrl: backend.url, tokenDelivery: 'json' });
    const refreshes = backend.count('POST /auth/refresh');
    expect((await refusal(client.getProfile())).code).toBe('AUTH_TOKEN_MISSING');
    expect((await refusal(client.refreshTokens())).code).toBe('AUTH_TOKEN_MISSING');
    await client.logout();
    expect(backend.count('POST /auth/refresh')).toBe(refreshes);
  });

  it('says when the backend delivers tokens in the other way', async () => {
    const client = new NAuthClient({ baseUrl: backend.url, tokenDelivery: 'cookies' });
    const { email } = await signedUp();
    expect((await refusal(client.login(email, PASSWORD))).message).toMatch(/'cookies' here and 'json'/);
    expect(await client.getCurrentUser()).toBeNull();
  });
});
