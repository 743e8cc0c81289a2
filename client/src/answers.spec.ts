import { afterEach, describe, expect, it, vi } from 'vitest';
import { startServer } from './backend.fixture';
import { routesAddress } from './endpoints';
import { MemoryStorage, NAuthClient, NAuthClientError, NAuthNetworkError, type FetchInit } from './index';

const challenge = {
  challengeName: 'VERIFY_EMAIL',
  session: 'opaque',
  challengeParameters: { email: 'a@b.c' },
};
let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

async function clientOf(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Promise<NAuthClient> {
  const server = await startServer(() => ({ status, headers, body }));
  close = server.close;
  return new NAuthClient({ baseUrl: server.url, tokenDelivery: 'json' });
}

describe('answers of a backend', () => {
  it('that ask for a further step are given to the caller, and sign nobody in', async () => {
    const client = await clientOf(200, JSON.stringify(challenge));
    const seen: unknown[] = [];
    client.on('auth:challenge', (event) => seen.push(event.data));
    expect(await client.login('a@b.c', 'x')).toEqual(challenge);
    expect(seen).toEqual([challenge]);
    expect(await client.isAuthenticated()).toBe(false);
  });

  it.each([
    [502, '<html>Bad Gateway</html>', 'INTERNAL_ERROR'],
    [500, '{"statusCode":500,"message":"Internal server error"}', 'INTERNAL_ERROR'],
    [404, '', 'INTERNAL_ERROR'],
    [400, '{"code":17,"message":["x"]}', 'INTERNAL_ERROR'],
    [200, '<html>an index page</html>', 'INTERNAL_ERROR'],
    [200, '[1]', 'INTERNAL_ERROR'],
    [423, '{"code":"AUTH_ACCOUNT_LOCKED","message":"Locked."}', 'AUTH_ACCOUNT_LOCKED'],
  ])('%i %s become an error with the code %3$s', async (status, body, code) => {
    const client = await clientOf(status, body);
    const error: unknown = await client.login('a@b.c', 'x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NAuthClientError);
    expect(error).toMatchObject({ code, statusCode: status });
  });

  it('that ask to wait say how long', async () => {
    const body = '{"code":"RATE_LIMIT_LOGIN","message":"Wait.","details":{"retryAfter":30}}';
    const withHeader = await clientOf(429, body, { 'retry-after': '31' });
    await expect(withHeader.login('a', 'b')).rejects.toMatchObject({
      retryAfter: 31,
      details: { retryAfter: 30 },
    });
    await close?.();
    const without = await clientOf(429, body);
    await expect(without.login('a', 'b')).rejects.toMatchObject({ retryAfter: 30 });
  });

  it('that never come are errors of the network', async () => {
    const client = await clientOf(200, '{}');
    await close?.();
    close = undefined;
    const error: unknown = await client.login('a', 'b').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NAuthNetworkError);
    const silent = new NAuthClient({
      baseUrl: 'http://silent.invalid',
      timeout: 20,
      fetch: (_url, init) =>
        new Promise((_resolve, reject) => {
          init.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    });
    await expect(silent.login('a', 'b')).rejects.toMatchObject({ code: 'NETWORK_ERROR', message: /20 ms/ });
  });

  it('survive a storage that holds something else', async () => {
    const storage = new MemoryStorage();
    storage.setItem('nauth_session', '{');
    const client = new NAuthClient({ baseUrl: 'http://x.invalid', storage });
    expect(await client.isAuthenticated()).toBe(false);
    storage.setItem('nauth_session', 'null');
    expect(await client.getCurrentUser()).toBeNull();
  });
});

describe('requests', () => {
  function recorded(config: { tokenDelivery?: 'json' | 'cookies'; headers?: Record<string, string> }) {
    const sent: { url: string; init: FetchInit }[] = [];
    const client = new NAuthClient({
      ...config,
      baseUrl: 'https://api.example.com/v1/',
      authPathPrefix: 'auth',
      endpoints: { login: '/sign-in' },
      fetch: async (url, init) => {
        sent.push({ url, init });
        return new Response(JSON.stringify(challenge));
      },
    });
    return { client, sent };
  }

  it('carry credentials and further headers as configured', async () => {
    const { client, sent } = recorded({ headers: { 'X-App': '7' } });
    await client.login('a', 'b');
    await client.revokeSession('../x?y');
    expect(sent.map(({ url }) => url)).toEqual([
      'https://api.example.com/v1/auth/sign-in',
      'https://api.example.com/v1/auth/sessions/..%2Fx%3Fy',
    ]);
    expect(sent[0]?.init).toMatchObject({
      credentials: 'omit',
      headers: { 'X-App': '7', 'Content-Type': 'application/json' },
    });
    expect(sent[1]?.init.body).toBeUndefined();
    const cookies = recorded({ tokenDelivery: 'cookies' });
    await cookies.client.login('a', 'b');
    expect(cookies.sent[0]?.init.credentials).toBe('include');
  });

  it.each([
    ['https://api.example.com', undefined, 'https://api.example.com/auth'],
    ['https://api.example.com/', undefined, 'https://api.example.com/auth'],
    ['https://api.example.com/identity/', undefined, 'https://api.example.com/identity'],
    ['https://api.example.com', '', 'https://api.example.com'],
    ['http://[::1]:3000', '/v2/auth/', 'http://[::1]:3000/v2/auth'],
    ['', undefined, '/auth'],
    ['/api', '/auth', '/api/auth'],
  ])('of baseUrl %j and prefix %j go to %j', (baseUrl, prefix, expected) => {
    expect(routesAddress(baseUrl, prefix)).toBe(expected);
  });

  it('are not stopped by a listener that fails', async () => {
    const { client } = recorded({});
    const report = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const off = client.on('auth:login', () => {
      throw new Error('a listener');
    });
    await client.login('a', 'b');
    expect(report).toHaveBeenCalledOnce();
    off();
    await client.login('a', 'b');
    expect(report).toHaveBeenCalledOnce();
    report.mockRestore();
  });
});

it.each([
  [{ tokenDelivery: 'hybrid' }, /baseUrl/],
  [{ baseUrl: 'https://x', tokenDelivery: 'hybrid' }, /tokenDelivery/],
  [{ baseUrl: 'https://x', timeout: 0 }, /timeout/],
])('configuration %j is refused', (config, message) => {
  expect(() => Reflect.construct(NAuthClient, [config])).toThrow(message);
});
