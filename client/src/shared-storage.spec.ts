import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE, startBackend, type Backend } from './backend.fixture';
import { installBrowser, Items, Locks } from './browser.fixture';
import { NAuthClient } from './index';

let backend: Backend;
let uninstall: (() => void) | undefined;

beforeAll(async () => {
  // Without a grace window every second use of a refresh token is a reuse, and ends the session.
  backend = await startBackend({ graceSeconds: 0 });
});
afterEach(() => uninstall?.());
afterAll(() => backend.close());

async function tabs(expired: string[]): Promise<NAuthClient[]> {
  const storage = new Items();
  const all = [1, 2].map(
    () =>
      new NAuthClient({
        baseUrl: backend.url,
        tokenDelivery: 'json',
        storage,
        onSessionExpired: (error) => expired.push(error.code),
      }),
  );
  await all[0]?.signup({
    email: `tab.${Math.trunc(performance.now() * 1000)}@example.com`,
    password: 'a passphrase of tabs',
  });
  return all;
}

describe('tabs that share a storage', () => {
  it('refresh once, by the lock that all tabs share (R050)', async () => {
    const locks = new Locks();
    uninstall = installBrowser({ navigator: { locks } });
    const expired: string[] = [];
    const all = await tabs(expired);
    for (let round = 1; round <= 10; round += 1) {
      backend.advance(16 * MINUTE);
      const refreshes = backend.count('POST /auth/refresh');
      await Promise.all(all.flatMap((one) => Array.from({ length: 5 }, () => one.getProfile())));
      expect(backend.count('POST /auth/refresh') - refreshes).toBe(1);
    }
    expect(expired).toEqual([]);
    expect(new Set(locks.asked)).toEqual(new Set([`nauth:refresh:${backend.url}/auth`]));
  });

  it('end their session without that lock, which is why it is there', async () => {
    uninstall = installBrowser({ navigator: {} });
    const expired: string[] = [];
    const all = await tabs(expired);
    backend.advance(16 * MINUTE);
    const refreshes = backend.count('POST /auth/refresh');
    await Promise.allSettled(all.map((one) => one.getProfile()));
    expect(backend.count('POST /auth/refresh') - refreshes).toBe(2);
    expect(expired.length).toBeGreaterThan(0);
  });

  it('does not wait for a lock that nobody gives back', async () => {
    const locks = new Locks();
    uninstall = installBrowser({ navigator: { locks } });
    void locks.request(`nauth:refresh:${backend.url}/auth`, {}, () => new Promise(() => undefined));
    const client = new NAuthClient({ baseUrl: backend.url, storage: new Items(), timeout: 2000 });
    await client.signup({ email: 'patient@example.com', password: 'a passphrase of tabs' });
    backend.advance(16 * MINUTE);
    expect(await client.getProfile()).toMatchObject({ email: 'patient@example.com' });
  });
});
