import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config';
import { AuthCookies, ContextStorage, DeliveryPolicy, HttpRequest, RequestState } from '../context';
import { NAuthException } from '../errors';
import { RefreshTokenCodec } from '../tokens';
import { CsrfTokens } from './csrf-tokens';
import { CsrfHandler } from './csrf.handler';
import { OriginCheck } from './origin-check';
import { RequestRefusals } from './request-refusals';

const SESSION = '3b241101-e2bb-4255-8caf-4136c566a962';
const OTHER = '9b241101-e2bb-4255-8caf-4136c566a962';

function setup(method: 'cookies' | 'hybrid' | 'json' = 'cookies', allowedOrigins: string[] = []) {
  const config = resolveConfig({
    database: { type: 'sqlite', url: ':memory:' },
    jwt: {
      accessToken: { secret: 'k7Qw2Zr9Xv4Tn8Ls3Mb6Yc1Hd5Gf0JpAeRuOiWt' },
      refreshToken: { secret: 'p3Nf8Vx1Lq6Sz0Kd5Ub9Yh2Cw7Mj4Te-GaRoXiB' },
    },
    tokenDelivery: { method },
    security: { csrf: { allowedOrigins, excludedPaths: ['/hooks'] } },
  });
  const tokens = new CsrfTokens(config.jwt);
  const codec = new RefreshTokenCodec(config.jwt);
  const recorded: string[] = [];
  const handler = new CsrfHandler(
    new DeliveryPolicy(config.tokenDelivery),
    config.security,
    config.tokenDelivery,
    new OriginCheck(config.security, config.tokenDelivery),
    tokens,
    codec,
    new AuthCookies(config.tokenDelivery, config.security),
    new RequestRefusals(new ContextStorage(config.clock), {
      note: (type, { reason }) => void recorded.push(`${type} ${reason}`),
    }),
  );
  const refresh = codec.encode({ sessionId: SESSION, generation: 0, salt: 's' });
  const check = (headers: Record<string, string>, verb = 'POST', url = '/auth/logout'): string => {
    const request = new HttpRequest({ method: verb, url, headers: { host: 'app.example.com', ...headers } });
    try {
      handler.handle(new RequestState(request, 0));
      return 'passed';
    } catch (error) {
      if (error instanceof NAuthException) return error.code;
      throw error;
    }
  };
  return { tokens, refresh, check, recorded };
}

describe('CsrfHandler', () => {
  const { tokens, refresh, check, recorded } = setup();
  const auth = `nauth_refresh_token=${refresh}`;
  const token = tokens.issue(SESSION);
  const foreign = tokens.issue(OTHER);

  it('records what it refuses, once, and nothing else', () => {
    recorded.length = 0;
    check({ cookie: auth });
    check({ cookie: auth }, 'GET');
    check({ cookie: auth, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' });
    expect(recorded).toEqual([
      'SUSPICIOUS_ACTIVITY auth_csrf_token_missing',
      'SUSPICIOUS_ACTIVITY auth_csrf_origin_rejected',
    ]);
  });

  it('asks for a token that belongs to the session of the cookies', () => {
    expect(check({ cookie: auth })).toBe('AUTH_CSRF_TOKEN_MISSING');
    expect(check({ cookie: `${auth}; nauth_csrf_token=${token}` })).toBe('AUTH_CSRF_TOKEN_MISSING');
    expect(check({ cookie: `${auth}; nauth_csrf_token=${token}`, 'x-csrf-token': token })).toBe('passed');
  });

  it.each([
    ['equal but unsigned', 'a'.repeat(64), 'a'.repeat(64)],
    ['of another session', foreign, foreign],
    ['cookie and header differ', token, tokens.issue(SESSION)],
    ['header shorter', token, 'a'],
    ['header of another script', token, 'é'.repeat(64)],
    ['signature cut', token.slice(0, -1), token.slice(0, -1)],
  ])('refuses a token that is %s (R061)', (_, cookie, header) => {
    const answer = check({ cookie: `${auth}; nauth_csrf_token=${cookie}`, 'x-csrf-token': header });
    expect(answer).toBe('AUTH_CSRF_TOKEN_INVALID');
  });

  it('refuses cookies that come twice (R058)', () => {
    const headers = { 'x-csrf-token': token };
    expect(check({ ...headers, cookie: `${auth}; nauth_csrf_token=${token}; nauth_csrf_token=x` })).toBe(
      'AUTH_CSRF_TOKEN_INVALID',
    );
    expect(check({ ...headers, cookie: `${auth}; ${auth}; nauth_csrf_token=${token}` })).toBe(
      'AUTH_CSRF_TOKEN_INVALID',
    );
  });

  it('takes a percent-encoded token, as clients decode the cookie', () => {
    const cookie = `${auth}; nauth_csrf_token=${encodeURIComponent(token)}`;
    expect(check({ cookie, 'x-csrf-token': token })).toBe('passed');
  });

  it('leaves safe methods, excluded paths and JSON delivery alone', () => {
    expect(check({ cookie: auth }, 'GET')).toBe('passed');
    expect(check({ cookie: auth }, 'POST', '/hooks/stripe?x=1')).toBe('passed');
    expect(check({ cookie: auth }, 'POST', '/hooksy')).toBe('AUTH_CSRF_TOKEN_MISSING');
    expect(setup('json').check({ cookie: auth, origin: 'https://evil.example' })).toBe('passed');
  });

  it('does not let a bearer header skip the check where bearer tokens are not accepted', () => {
    expect(check({ cookie: auth, authorization: 'Bearer x' })).toBe('AUTH_CSRF_TOKEN_MISSING');
    expect(setup('hybrid').check({ cookie: auth, authorization: 'Bearer x' })).toBe('passed');
  });

  it.each(['Basic dXNlcjpwYXNz', 'Digest x', 'x', 'Bearerx'])(
    'is not skipped for %j, which a browser may send by itself',
    (authorization) => {
      expect(setup('hybrid').check({ cookie: auth, authorization })).toBe('AUTH_CSRF_TOKEN_MISSING');
      expect(check({ origin: 'https://evil.example', authorization })).toBe('AUTH_CSRF_ORIGIN_REJECTED');
    },
  );

  it.each([
    ['https://app.example.com', 'passed'],
    ['https://evil.example', 'AUTH_CSRF_ORIGIN_REJECTED'],
    ['https://app.example.com.evil.example', 'AUTH_CSRF_ORIGIN_REJECTED'],
    ['https://app.example.com@evil.example', 'AUTH_CSRF_ORIGIN_REJECTED'],
    ['http://app.example.com', 'AUTH_CSRF_ORIGIN_REJECTED'],
    ['https://app.example.com:8443', 'AUTH_CSRF_ORIGIN_REJECTED'],
    ['https://sub.app.example.com', 'AUTH_CSRF_ORIGIN_REJECTED'],
    ['null', 'AUTH_CSRF_ORIGIN_REJECTED'],
    ['', 'AUTH_CSRF_ORIGIN_REJECTED'],
  ])('origin %j without any cookie: %s (R062, R065)', (origin, expected) => {
    expect(check({ origin })).toBe(expected);
  });

  it('falls back to Referer and Sec-Fetch-Site', () => {
    expect(check({ referer: 'https://evil.example/page' })).toBe('AUTH_CSRF_ORIGIN_REJECTED');
    expect(check({ referer: 'https://app.example.com/page' })).toBe('passed');
    expect(check({ 'sec-fetch-site': 'cross-site' })).toBe('AUTH_CSRF_ORIGIN_REJECTED');
    expect(check({ 'sec-fetch-site': 'same-site' })).toBe('AUTH_CSRF_ORIGIN_REJECTED');
    expect(check({ 'sec-fetch-site': 'same-origin' })).toBe('passed');
    expect(check({})).toBe('passed');
  });

  it('knows the configured origins, exactly', () => {
    const configured = setup('cookies', ['https://web.example.com']);
    expect(configured.check({ origin: 'https://web.example.com' })).toBe('passed');
    expect(configured.check({ origin: 'http://web.example.com' })).toBe('AUTH_CSRF_ORIGIN_REJECTED');
  });
});
