import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CookieJar, MINUTE, startBackend, type Backend } from './backend.fixture';
import { installBrowser, Items, Locks } from './browser.fixture';
import { MemoryStorage, NAuthClient, type NAuthStorage } from './index';

const PASSWORD = 'correct horse battery staple';
let backend: Backend;
let users = 0;
let uninstall: (() => void) | undefined;

beforeAll(async () => {
  backend = await startBackend({ tokenDelivery: 'cookies' });
});
afterEach(() => {
  uninstall?.();
  uninstall = undefined;
});
afterAll(() => backend.close());

function tab(
  jar: CookieJar,
  expired: string[] = [],
  storage: NAuthStorage = new MemoryStorage(),
): NAuthClient {
  return new NAuthClient({
    baseUrl: backend.url,
    tokenDelivery: 'cookies',
    fetch: jar.fetch,
    storage,
    onSessionExpired: (error) => expired.push(error.code),
  });
}

function browser(jar: CookieJar) {
  const localStorage = new Items();
  const locks = new Locks();
  uninstall = installBrowser({
    document: {
      get cookie() {
        return jar.readable();
      },
    },
    localStorage,
    navigator: { locks, language: 'de-CH' },
  });
  return { localStorage, locks };
}

async function signUp(client: NAuthClient): Promise<string> {
  const email = `grace.${(users += 1)}@example.com`;
  await client.signup({ email, password: PASSWORD });
  return email;
}

async function devicesOf(client: NAuthClient): Promise<(string | null)[]> {
  return (await client.listSessions()).sessions.map(({ deviceId }) => deviceId);
}

describe('the client with tokens in cookies', () => {
  it('works with the CSRF token of the answer where there is no document', async () => {
    const jar = new CookieJar();
    const client = tab(jar);
    const email = await signUp(client);
    expect(await client.updateProfile({ firstName: 'Grace' })).toMatchObject({ email, firstName: 'Grace' });
    backend.advance(16 * MINUTE);
    expect(await client.getProfile()).toMatchObject({ email });
    expect(await client.getAccessToken()).toBeNull();
    await client.logout();
    expect(jar.names()).toEqual(['nauth_device_token']);
    expect(await client.isAuthenticated()).toBe(false);
  });

  it('is known again by its cookie after signing out, until it asks to be forgotten', async () => {
    const jar = new CookieJar();
    browser(jar);
    const client = tab(jar);
    const email = await signUp(client);
    const [first] = await devicesOf(client);
    await client.logout();
    await client.login(email, PASSWORD);
    expect(await devicesOf(client)).toEqual([first]);
    await client.logout({ forgetMe: true });
    expect(jar.names()).toEqual([]);
    await client.login(email, PASSWORD);
    expect((await devicesOf(client))[0]).not.toBe(first);
  });

  it('keeps no token in web storage, and detects time zone and language of a browser', async () => {
    const jar = new CookieJar();
    const { localStorage } = browser(jar);
    const storage = new Items();
    const client = tab(jar, [], storage);
    await signUp(client);
    backend.advance(16 * MINUTE);
    expect(await client.getProfile()).toMatchObject({
      locale: 'de-CH',
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
    expect(localStorage.dump()).toBe(`[["nauth_sync:${backend.url}/auth","1"]]`);
    expect(storage.dump()).not.toMatch(/token|eyJ/i);
  });

  it('takes the CSRF token from the cookie, and a page that was just loaded finds its user', async () => {
    const jar = new CookieJar();
    browser(jar);
    const email = await signUp(tab(jar));
    const loaded = tab(jar);
    expect(await loaded.isAuthenticated()).toBe(false);
    expect(await loaded.updateProfile({ lastName: 'Hopper' })).toMatchObject({ lastName: 'Hopper' });
    expect(await loaded.isAuthenticated()).toBe(true);
    expect(await loaded.getCurrentUser()).toMatchObject({ email });
  });

  it('sends one refresh for all tabs and their calls at expiry, round after round (R050)', async () => {
    const jar = new CookieJar();
    browser(jar);
    const expired: string[] = [];
    const tabs = [tab(jar, expired), tab(jar, expired), tab(jar, expired)];
    await signUp(tabs[0] ?? tab(jar));
    for (let round = 1; round <= 10; round += 1) {
      backend.advance(16 * MINUTE);
      jar.drop('nauth_access_token');
      const refreshes = backend.count('POST /auth/refresh');
      await Promise.all(tabs.flatMap((one) => [one.getProfile(), one.getProfile(), one.listSessions()]));
      expect(backend.count('POST /auth/refresh') - refreshes).toBe(1);
    }
    expect(expired).toEqual([]);
  });

  it('is told of an expiry only where somebody was signed in', async () => {
    const expired: string[] = [];
    const visitor = tab(new CookieJar(), expired);
    await expect(visitor.getProfile()).rejects.toMatchObject({ code: 'AUTH_TOKEN_MISSING' });
    expect(expired).toEqual([]);

    const jar = new CookieJar();
    const client = tab(jar, expired);
    await signUp(client);
    for (const name of jar.names()) jar.drop(name);
    await expect(client.getProfile()).rejects.toMatchObject({ statusCode: 401 });
    expect(expired).toEqual(['AUTH_TOKEN_MISSING']);
    expect(await client.isAuthenticated()).toBe(false);
  });

  it('says when signing out did not reach the backend, and forgets the user all the same', async () => {
    const jar = new CookieJar();
    let online = true;
    const client = new NAuthClient({
      baseUrl: backend.url,
      tokenDelivery: 'cookies',
      fetch: (url, init) =>
        online ? jar.fetch(url, init) : Promise.reject(new TypeError('Failed to fetch')),
    });
    await signUp(client);
    online = false;
    await expect(client.logout()).rejects.toMatchObject({ code: 'NETWORK_ERROR', statusCode: 0 });
    expect(await client.isAuthenticated()).toBe(false);
  });
});
