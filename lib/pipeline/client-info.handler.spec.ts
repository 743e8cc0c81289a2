import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { resolveConfig, type NAuthConfig } from '../config';
import { DeliveryPolicy, HttpRequest, RequestState, type ClientInfo, type GeoLocator } from '../context';
import { randomToken } from '../common';
import { ClientInfoHandler } from './client-info.handler';
import { ClientLocator } from './client-locator';
import { DeviceTokenReader } from './device-token.reader';

const TOKEN = randomToken(32);
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0';

interface Given {
  headers?: Record<string, string>;
  remoteAddress?: string;
  method?: 'json' | 'cookies' | 'hybrid';
  override?: 'json' | 'cookies';
  security?: NAuthConfig['security'];
  locator?: GeoLocator;
}

function clientOf(given: Given): ClientInfo {
  const { headers = {}, remoteAddress = '192.0.2.1' } = given;
  const config = resolveConfig(
    {
      jwt: {
        accessToken: { secret: 'client-info-access-X4s9Kd2Lw7Qp0Vb' },
        refreshToken: { secret: 'client-info-refresh-M3f8Rt6Zy1Nc5Hg' },
      },
      tokenDelivery: { method: given.method },
      security: given.security,
      geoLocation: { locator: given.locator },
    },
    { production: false },
  );
  const policy = new DeliveryPolicy(config.tokenDelivery);
  const handler = new ClientInfoHandler(
    config.security,
    new DeviceTokenReader(policy, config.tokenDelivery),
    new ClientLocator(config.geoLocation),
  );
  const state = new RequestState(new HttpRequest({ headers, socket: { remoteAddress } }), 0);
  state.deliveryOverride = given.override;
  handler.handle(state);
  const { client } = state;
  if (!client) throw new Error('the handler has left no client');
  handler.handle(state);
  expect(state.client).toBe(client);
  return client;
}

describe('ClientInfoHandler', () => {
  it('describes the client', async () => {
    const locator: GeoLocator = { locate: async () => ({ country: 'CH' }) };
    const headers = { 'user-agent': FIREFOX, 'x-request-id': 'a-1', 'x-device-token': TOKEN };
    const client = clientOf({ headers, remoteAddress: '2001:db8:1:2:3:4:5:6', locator });
    expect({ ...client }).toEqual({
      ipAddress: '2001:db8:1:2:3:4:5:6',
      userAgent: FIREFOX,
      requestId: 'a-1',
    });
    expect(client.network).toBe('2001:db8:1:2::/64');
    expect(client.device).toMatchObject({ type: 'desktop', browser: 'Firefox', os: 'Windows' });
    expect(client.deviceToken).toBe(TOKEN);
    expect(await client.geo()).toEqual({ country: 'CH' });
  });

  it('works out once what is asked for, and nothing else', async () => {
    let asked = 0;
    const locator: GeoLocator = {
      locate: async () => {
        asked += 1;
        return null;
      },
    };
    const client = clientOf({ headers: { 'user-agent': FIREFOX }, locator });
    expect(asked).toBe(0);
    expect(client.device).toBe(client.device);
    await Promise.all([client.geo(), client.geo()]);
    expect(asked).toBe(1);
  });

  it('shows the device token to nobody who does not ask for it (R127)', () => {
    const client = clientOf({ headers: { 'x-device-token': TOKEN } });
    expect(client.deviceToken).toBe(TOKEN);
    const shown = [JSON.stringify(client), JSON.stringify({ ...client }), inspect(client, { depth: 9 })];
    for (const text of shown) expect(text).not.toContain(TOKEN);
  });

  it('makes one line of a user agent, and a new id in place of a hostile one', () => {
    const headers = { 'user-agent': `x\n{"level":"info"}\u202e${'y'.repeat(9000)}`, 'x-request-id': 'a\nb' };
    const { userAgent, requestId } = clientOf({ headers });
    expect(userAgent).toMatch(/^x\ufffd\{"level":"info"\}\ufffdy+$/);
    expect(userAgent).toHaveLength(512);
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('takes no header for an address without a trusted proxy (R142)', async () => {
    const located: string[] = [];
    const locator: GeoLocator = {
      locate: async (ipAddress) => {
        located.push(ipAddress);
        return null;
      },
    };
    const headers = {
      'x-forwarded-for': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
      'x-real-ip': '203.0.113.9',
      'cf-connecting-ip': '203.0.113.9',
    };
    const client = clientOf({ headers, locator });
    expect([client.ipAddress, client.network]).toEqual(['192.0.2.1', '192.0.2.1']);
    await client.geo();
    expect(located).toEqual(['192.0.2.1']);
    const proxied = clientOf({ headers, security: { trustedProxies: 1 } });
    expect([proxied.ipAddress, proxied.network]).toEqual(['203.0.113.9', '203.0.113.9']);
  });

  it('knows no network of a client without an address', () => {
    expect(clientOf({ remoteAddress: '' })).toMatchObject({ ipAddress: null });
    expect(clientOf({ remoteAddress: '' }).network).toBe('unknown');
  });
});

describe('the device token', () => {
  const header = { 'x-device-token': TOKEN };
  const cookie = { cookie: `theme=dark; nauth_device_token=${TOKEN}` };

  it('comes in the header with JSON delivery, and in the cookie with cookies', () => {
    expect(clientOf({ method: 'json', headers: header }).deviceToken).toBe(TOKEN);
    expect(clientOf({ method: 'json', headers: cookie }).deviceToken).toBeNull();
    expect(clientOf({ method: 'cookies', headers: cookie }).deviceToken).toBe(TOKEN);
    expect(clientOf({ method: 'cookies', headers: header }).deviceToken).toBeNull();
  });

  it('follows the route and the client in hybrid delivery', () => {
    const both = { ...header, cookie: `nauth_device_token=${randomToken(32)}` };
    expect(clientOf({ method: 'hybrid', headers: both }).deviceToken).toBe(TOKEN);
    const page = { ...both, 'sec-fetch-site': 'same-origin' };
    expect(clientOf({ method: 'hybrid', headers: page }).deviceToken).toBe(both.cookie.slice(19));
    expect(clientOf({ method: 'hybrid', headers: page, override: 'json' }).deviceToken).toBe(TOKEN);
  });

  it.each(
    [
      [
        '',
        'x',
        'null',
        '../../../../etc/passwd',
        TOKEN.slice(1),
        `${TOKEN}a`,
        `${TOKEN}\n`,
        `${TOKEN.slice(0, 42)}B`,
      ],
      [
        `${TOKEN}, ${TOKEN}`,
        `${TOKEN.slice(0, 42)}=`,
        '\u0000'.repeat(43),
        'é'.repeat(43),
        'A'.repeat(100_000),
      ],
    ].flat(),
  )('is none where it is %j', (text) => {
    expect(clientOf({ method: 'json', headers: { 'x-device-token': text } }).deviceToken).toBeNull();
    expect(
      clientOf({ method: 'cookies', headers: { cookie: `nauth_device_token=${text}` } }).deviceToken,
    ).toBeNull();
  });

  it('is none where there are two (R058)', () => {
    for (const second of [randomToken(32), TOKEN, 'x']) {
      const pair = `nauth_device_token=${TOKEN}; nauth_device_token=${second}`;
      expect(clientOf({ method: 'cookies', headers: { cookie: pair } }).deviceToken).toBeNull();
    }
  });
});
