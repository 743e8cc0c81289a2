import {
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../common';
import { NAuthException } from '../errors';
import { AccessTokenService } from './access-token.service';
import { loadJwtKeys } from './jwt-keys';
import type { JwtAlgorithm, JwtOptions, ResolvedJwtOptions } from './jwt.options';
import { RefreshTokenCodec } from './refresh-token.codec';

const NOW = 1_800_000_000;
const clock = { milliseconds: NOW * 1000, now: (): number => clock.milliseconds } satisfies Clock & {
  milliseconds: number;
};
const at = (seconds: number): Clock => ({ now: () => seconds * 1000 });

function pem(pair: KeyPairKeyObjectResult): { privateKey: string; publicKey: string } {
  return {
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

const rsaPair = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const p256 = pem(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
const p384 = pem(generateKeyPairSync('ec', { namedCurve: 'secp384r1' }));
const secret = randomBytes(64).toString('base64');
const refreshSecret = randomBytes(32).toString('base64');

const subject = {
  userId: randomUUID(),
  sessionId: randomUUID(),
  amr: ['pwd'],
  authTime: new Date((NOW - 100) * 1000 + 999),
};

function resolve(options: Omit<JwtOptions, 'refreshToken'>): ResolvedJwtOptions {
  const refreshToken = { secret: refreshSecret };
  const { keys, problems } = loadJwtKeys({ ...options, refreshToken });
  if (!keys) throw new Error(JSON.stringify(problems));
  return {
    algorithm: options.algorithm ?? 'HS256',
    issuer: options.issuer,
    audience: typeof options.audience === 'string' ? [options.audience] : options.audience,
    accessTokenTtlMs: 900_000,
    ...keys,
    refreshToken: { secrets: [refreshSecret], ttlMs: 1, reuseDetection: true, graceMs: 0 },
  };
}

function serviceOf(options: Omit<JwtOptions, 'refreshToken'>, time: Clock = clock): AccessTokenService {
  return new AccessTokenService(resolve(options), time);
}

function codeOf(service: AccessTokenService, token: string): string {
  try {
    service.verify(token);
    return 'ok';
  } catch (error) {
    // Nothing else may come out of verify (R032).
    if (!(error instanceof NAuthException)) throw error;
    return error.code;
  }
}

const b64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const partOf = (token: string, index: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());

const standard = { issuer: 'https://issuer.example', audience: ['api', 'web'], accessToken: { secret } };
const service = serviceOf(standard);
const { kid } = resolve(standard).signingKey;
const goodHeader = { alg: 'HS256', typ: 'at+jwt', kid };
const goodPayload = {
  sub: 'user',
  sid: 'session',
  jti: 'id',
  typ: 'access',
  amr: ['pwd'],
  auth_time: NOW - 10,
  iat: NOW - 10,
  exp: NOW + 600,
  iss: 'https://issuer.example',
  aud: 'api',
};

/** A token with any header and payload and a right signature under the configured secret. */
function forge(header: unknown, payload: unknown, hash = 'sha256', key: string | KeyObject = secret): string {
  const input = `${b64(header)}.${b64(payload)}`;
  return `${input}.${createHmac(hash, key).update(input).digest('base64url')}`;
}

describe('AccessTokenService', () => {
  it.each<[JwtAlgorithm, JwtOptions['accessToken']]>([
    ['HS256', { secret }],
    ['HS384', { secret }],
    ['HS512', { secret }],
    ['RS256', rsaPair],
    ['RS384', rsaPair],
    ['RS512', rsaPair],
    ['ES256', p256],
    ['ES384', p384],
  ])('issues and verifies %s', (algorithm, accessToken) => {
    const both = serviceOf({ algorithm, issuer: 'iss', audience: 'aud', accessToken });
    const { token, expiresAt } = both.issue(subject);
    expect(expiresAt).toBe(NOW + 900);
    const claims = both.verify(token);
    expect(claims).toEqual({
      sub: subject.userId,
      sid: subject.sessionId,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      amr: ['pwd'],
      authTime: NOW - 100,
      issuedAt: NOW,
      expiresAt: NOW + 900,
    });
    const broken = token.slice(0, -4) + (token.endsWith('AAAA') ? 'BBBB' : 'AAAA');
    expect(codeOf(both, broken)).toBe('AUTH_TOKEN_INVALID');
  });

  it('writes ids and times only, and the header of RFC 9068 (R040)', () => {
    const { token } = service.issue(subject);
    expect(partOf(token, 0)).toEqual({ alg: 'HS256', typ: 'at+jwt', kid });
    expect(Object.keys(partOf(token, 1)).sort()).toEqual([
      'amr',
      'aud',
      'auth_time',
      'exp',
      'iat',
      'iss',
      'jti',
      'sid',
      'sub',
      'typ',
    ]);
    expect(partOf(token, 1)).toMatchObject({ typ: 'access', aud: ['api', 'web'], iss: standard.issuer });
    const plain = partOf(serviceOf({ accessToken: { secret } }).issue(subject).token, 1);
    expect(Object.keys(plain).sort()).toEqual(['amr', 'auth_time', 'exp', 'iat', 'jti', 'sid', 'sub', 'typ']);
    expect(service.issue(subject).token).not.toBe(token);
  });

  it('reads the time from the clock, and ends a token to the second', () => {
    const { token, expiresAt } = service.issue(subject);
    expect(codeOf(serviceOf(standard, at(expiresAt - 0.001)), token)).toBe('ok');
    expect(codeOf(serviceOf(standard, at(expiresAt)), token)).toBe('AUTH_TOKEN_EXPIRED');
    expect(codeOf(serviceOf(standard, at(expiresAt + 86_400)), token)).toBe('AUTH_TOKEN_EXPIRED');
  });

  it('bears a clock that was set back by ten minutes, not by more (R151)', () => {
    const { token } = service.issue(subject);
    expect(codeOf(serviceOf(standard, at(NOW - 600)), token)).toBe('ok');
    expect(codeOf(serviceOf(standard, at(NOW - 601)), token)).toBe('AUTH_TOKEN_INVALID');
  });
});

describe('AccessTokenService, rotation of keys (R037)', () => {
  const [one, two] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];

  it('verifies old tokens while their key is listed, by either of its names, and signs with the new one', () => {
    const before = serviceOf({ accessToken: { secret: one } }).issue(subject).token;
    const named = serviceOf({ accessToken: { secret: one, kid: 'k1' } }).issue(subject).token;
    const during = serviceOf({ accessToken: { secret: two, kid: 'k2' }, keys: { k1: { secret: one } } });
    const after = serviceOf({ accessToken: { secret: two, kid: 'k2' } });
    expect(codeOf(during, before)).toBe('ok');
    expect(codeOf(during, named)).toBe('ok');
    const fresh = during.issue(subject).token;
    expect(partOf(fresh, 0)).toMatchObject({ kid: 'k2' });
    expect(codeOf(after, fresh)).toBe('ok');
    expect(codeOf(after, before)).toBe('AUTH_TOKEN_INVALID');
    expect(codeOf(after, named)).toBe('AUTH_TOKEN_INVALID');
  });

  it('rotates RSA by the public half alone', () => {
    const old = serviceOf({ algorithm: 'RS256', accessToken: rsaPair }).issue(subject).token;
    const next = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }));
    const keys = { old: { publicKey: rsaPair.publicKey } };
    expect(codeOf(serviceOf({ algorithm: 'RS256', accessToken: next, keys }), old)).toBe('ok');
    expect(codeOf(serviceOf({ algorithm: 'RS256', accessToken: next }), old)).toBe('AUTH_TOKEN_INVALID');
  });

  it('looks a key up by its name only: a right signature under another listed key is refused', () => {
    const both = serviceOf({ accessToken: { secret: two, kid: 'k2' }, keys: { k1: { secret: one } } });
    const payload = { ...goodPayload, iss: undefined, aud: undefined };
    expect(codeOf(both, forge({ ...goodHeader, kid: 'k1' }, payload, 'sha256', one))).toBe('ok');
    expect(codeOf(both, forge({ ...goodHeader, kid: 'k2' }, payload, 'sha256', one))).toBe(
      'AUTH_TOKEN_INVALID',
    );
  });
});

describe('AccessTokenService, attacks on the header', () => {
  it('accepts the forged token that the others differ from in one thing', () => {
    expect(codeOf(service, forge(goodHeader, goodPayload))).toBe('ok');
  });

  it.each([
    ['alg none', { ...goodHeader, alg: 'none' }],
    ['alg None', { ...goodHeader, alg: 'None' }],
    ['alg nOnE', { ...goodHeader, alg: 'nOnE' }],
    ['alg empty', { ...goodHeader, alg: '' }],
    ['alg in an array', { ...goodHeader, alg: ['HS256'] }],
    ['alg null', { ...goodHeader, alg: null }],
    ['no alg', { typ: 'at+jwt', kid }],
    ['alg hs256', { ...goodHeader, alg: 'hs256' }],
    ['typ JWT', { ...goodHeader, typ: 'JWT' }],
    ['typ AT+JWT', { ...goodHeader, typ: 'AT+JWT' }],
    ['typ of an ID token', { ...goodHeader, typ: 'id+jwt' }],
    ['no typ', { alg: 'HS256', kid }],
    ['no kid', { alg: 'HS256', typ: 'at+jwt' }],
    ['unknown kid', { ...goodHeader, kid: 'unknown' }],
    ['kid __proto__', `{"alg":"HS256","typ":"at+jwt","kid":"__proto__"}`],
    ['kid constructor', { ...goodHeader, kid: 'constructor' }],
    ['kid that is a path', { ...goodHeader, kid: '../../../../dev/null' }],
    ['kid that is SQL', { ...goodHeader, kid: "' UNION SELECT 'k' --" }],
    ['kid that is an object', { ...goodHeader, kid: { a: 1 } }],
    ['kid in an array', { ...goodHeader, kid: [kid] }],
    ['kid that is a number', { ...goodHeader, kid: 0 }],
    ['crit', { ...goodHeader, crit: ['exp2'], exp2: 1 }],
    ['crit alone', { ...goodHeader, crit: [] }],
    ['b64', { ...goodHeader, b64: false }],
    ['jku', { ...goodHeader, jku: 'http://127.0.0.1:9/jwks' }],
    ['jwk', { ...goodHeader, jwk: { kty: 'oct', k: 'AQAB' } }],
    ['x5u', { ...goodHeader, x5u: 'http://127.0.0.1:9/x' }],
    ['x5c', { ...goodHeader, x5c: ['AQAB'] }],
    ['zip', { ...goodHeader, zip: 'DEF' }],
    ['p2c', { ...goodHeader, p2c: 2 ** 31 }],
    ['an own __proto__', `{"alg":"HS256","typ":"at+jwt","kid":"${kid}","__proto__":{}}`],
    ['JSON null', null],
    ['JSON array', [goodHeader]],
    ['JSON string', '"HS256"'],
    ['no JSON', '{'],
    ['nothing', ''],
  ])('refuses a rightly signed token: %s', (_name, header) => {
    expect(codeOf(service, forge(header, goodPayload))).toBe('AUTH_TOKEN_INVALID');
  });

  it.each(['none', 'None', 'nOnE', 'NONE', ''])('refuses alg %j without a signature', (alg) => {
    const input = `${b64({ ...goodHeader, alg })}.${b64(goodPayload)}`;
    for (const text of [`${input}.`, input, `${input}.eA`]) {
      expect(codeOf(service, text)).toBe('AUTH_TOKEN_INVALID');
    }
  });

  it('refuses a token without its signature, or with a stranger\u2019s', () => {
    const input = `${b64(goodHeader)}.${b64(goodPayload)}`;
    expect(codeOf(service, `${input}.`)).toBe('AUTH_TOKEN_INVALID');
    expect(codeOf(service, `${input}.eA`)).toBe('AUTH_TOKEN_INVALID');
    expect(codeOf(service, forge(goodHeader, goodPayload, 'sha256', 'other'))).toBe('AUTH_TOKEN_INVALID');
    expect(codeOf(service, forge(goodHeader, goodPayload, 'sha256', createSecretKey(Buffer.alloc(32))))).toBe(
      'AUTH_TOKEN_INVALID',
    );
  });

  it('refuses HS256 under the public key of an RS256 or ES256 configuration (CVE-2015-9235)', () => {
    for (const [algorithm, pair] of [['RS256', rsaPair] as const, ['ES256', p256] as const]) {
      const options = { algorithm, accessToken: pair };
      const asymmetric = serviceOf(options);
      const header = { alg: 'HS256', typ: 'at+jwt', kid: resolve(options).signingKey.kid };
      const payload = { ...goodPayload, iss: undefined, aud: undefined };
      for (const alg of ['HS256', algorithm]) {
        for (const key of [pair.publicKey, pair.publicKey.trim()]) {
          expect(codeOf(asymmetric, forge({ ...header, alg }, payload, 'sha256', key))).toBe(
            'AUTH_TOKEN_INVALID',
          );
        }
      }
    }
  });

  it('refuses another hash or key size of the same family (R033)', () => {
    const header = { ...goodHeader, alg: 'HS512' };
    expect(codeOf(service, forge(header, goodPayload, 'sha512'))).toBe('AUTH_TOKEN_INVALID');
    expect(codeOf(service, forge(goodHeader, goodPayload, 'sha512'))).toBe('AUTH_TOKEN_INVALID');
    const options = { algorithm: 'RS256', accessToken: rsaPair } as const;
    const input = `${b64({ alg: 'RS512', typ: 'at+jwt', kid: resolve(options).signingKey.kid })}.${b64(goodPayload)}`;
    const signature = sign('sha512', Buffer.from(input), rsaPair.privateKey).toString('base64url');
    expect(codeOf(serviceOf(options), `${input}.${signature}`)).toBe('AUTH_TOKEN_INVALID');
  });
});

describe('AccessTokenService, attacks on the text', () => {
  const good = forge(goodHeader, goodPayload);
  const [header = '', payload = '', signature = ''] = good.split('.');

  it.each([
    ['nothing', ''],
    ['dots', '..'],
    ['100 segments', Array.from({ length: 100 }, () => 'a').join('.')],
    ['a hundred thousand dots', '.'.repeat(100_000)],
    ['a fourth segment', `${good}.`],
    ['five segments (JWE)', `${good}.AA.AA`],
    [
      'a PBES2 JWE',
      `${b64({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2 ** 31, p2s: 'AA' })}.AA.AA.AA.AA`,
    ],
    ['a space before', ` ${good}`],
    ['a space after', `${good} `],
    ['a line end after', `${good}\n`],
    ['padding', `${good}=`],
    ['plain base64', `${header}.${payload}.${signature.slice(0, -2)}+/`],
    ['the word Bearer', `Bearer ${good}`],
    ['percent', '%'],
    ['wide characters', `${header}\uff0e${payload}\uff0e${signature}`],
    ['NUL', `${good}\0`],
    ['a lone surrogate', `${good}\ud800`],
    ['another spelling of the signature', `${header}.${payload}.${otherSpelling(signature)}`],
  ])('refuses %s', (_name, text) => {
    expect(codeOf(service, text)).toBe('AUTH_TOKEN_INVALID');
  });

  it.each<[JwtAlgorithm, JwtOptions['accessToken']]>([
    ['HS256', { secret }],
    ['RS256', rsaPair],
    ['ES256', p256],
  ])('%s: one signature has one spelling', (algorithm, accessToken) => {
    const one = serviceOf({ algorithm, accessToken });
    const { token } = one.issue(subject);
    expect(codeOf(one, token)).toBe('ok');
    expect(codeOf(one, otherSpelling(token))).toBe('AUTH_TOKEN_INVALID');
  });

  it('refuses 12 KB at once, rightly signed or not (R042)', () => {
    const signed = forge(goodHeader, { ...goodPayload, fill: 'x'.repeat(9000) });
    for (const text of [signed, 'a'.repeat(12_288), `${'a.'.repeat(6000)}a`]) {
      const times = Array.from({ length: 5 }, () => {
        const start = performance.now();
        expect(codeOf(service, text)).toBe('AUTH_TOKEN_INVALID');
        return performance.now() - start;
      });
      expect(Math.min(...times)).toBeLessThan(5);
    }
    expect(codeOf(service, forge(goodHeader, { ...goodPayload, fill: 'x'.repeat(5000) }))).toBe('ok');
  });

  it('throws nothing but its own exception for 2000 random changes', () => {
    for (let round = 0; round < 2000; round += 1) {
      const bytes = Buffer.from(good);
      for (const position of randomBytes(1 + (round % 5)).values()) {
        bytes.writeUInt8(position, (position * 7 + round) % bytes.length);
      }
      const text = bytes.toString('latin1');
      expect(codeOf(service, text)).toBe(text === good ? 'ok' : 'AUTH_TOKEN_INVALID');
    }
  });

  it('refuses values that are no text', () => {
    for (const value of [undefined, null, 5, {}, [good]]) {
      expect(() => Reflect.apply(service.verify, service, [value])).toThrow(NAuthException);
    }
  });
});

describe('AccessTokenService, attacks on the payload', () => {
  const without = (name: keyof typeof goodPayload): unknown => ({ ...goodPayload, [name]: undefined });
  /** JSON as text, for numbers that JSON.stringify would not write. */
  const raw = (exp: string): string =>
    JSON.stringify(goodPayload).replace(`"exp":${NOW + 600}`, `"exp":${exp}`);

  it.each<[string, unknown]>([
    ['exp as text', raw(`"${NOW + 600}"`)],
    ['exp as float', raw(`${NOW + 600}.5`)],
    ['exp 1e400', raw('1e400')],
    ['exp 1e300', raw('1e300')],
    ['exp negative', raw('-1')],
    ['exp null', raw('null')],
    ['exp in an array', raw(`[${NOW + 600}]`)],
    ['no exp', without('exp')],
    ['iat as text', { ...goodPayload, iat: String(NOW) }],
    ['iat as float', { ...goodPayload, iat: NOW - 0.5 }],
    ['iat 601 s ahead', { ...goodPayload, iat: NOW + 601, exp: NOW + 900 }],
    ['iat not before exp', { ...goodPayload, iat: NOW + 30, exp: NOW + 30 }],
    ['no iat', without('iat')],
    ['auth_time as text', { ...goodPayload, auth_time: 'yesterday' }],
    ['auth_time negative', { ...goodPayload, auth_time: -1 }],
    ['no auth_time', without('auth_time')],
    ['nbf ahead', { ...goodPayload, nbf: NOW + 1 }],
    ['nbf as text', { ...goodPayload, nbf: '0' }],
    ['nbf as float', { ...goodPayload, nbf: 0.5 }],
    ['wrong iss', { ...goodPayload, iss: 'https://issuer.example.evil' }],
    ['iss in an array', { ...goodPayload, iss: ['https://issuer.example'] }],
    ['no iss', without('iss')],
    ['wrong aud', { ...goodPayload, aud: 'other' }],
    ['aud that starts alike', { ...goodPayload, aud: 'api2' }],
    ['empty aud list', { ...goodPayload, aud: [] }],
    ['nested aud list', { ...goodPayload, aud: [['api']] }],
    ['no aud', without('aud')],
    ['typ refresh', { ...goodPayload, typ: 'refresh' }],
    ['typ challenge', { ...goodPayload, typ: 'challenge' }],
    ['no typ', without('typ')],
    ['empty sub', { ...goodPayload, sub: '' }],
    ['sub as object', { ...goodPayload, sub: { toString: 'x' } }],
    ['no sub', without('sub')],
    ['no sid', without('sid')],
    ['sid as number', { ...goodPayload, sid: 1 }],
    ['no jti', without('jti')],
    ['amr as text', { ...goodPayload, amr: 'pwd' }],
    ['amr of numbers', { ...goodPayload, amr: [1] }],
    ['no amr', without('amr')],
    ['JSON null', 'null'],
    ['JSON array', '[]'],
    ['JSON string', '"x"'],
    ['JSON number', '5'],
    ['no JSON', '{'],
  ])('refuses a rightly signed token: %s', (_name, payload) => {
    expect(codeOf(service, forge(goodHeader, payload))).toBe('AUTH_TOKEN_INVALID');
  });

  it.each<[string, unknown]>([
    ['iat 5 min ahead, after the clock was set back', { ...goodPayload, iat: NOW + 300, exp: NOW + 900 }],
    ['nbf now', { ...goodPayload, nbf: NOW }],
    ['one of several audiences', { ...goodPayload, aud: ['other', 'web'] }],
    ['no factor named', { ...goodPayload, amr: [] }],
  ])('accepts %s', (_name, payload) => {
    expect(codeOf(service, forge(goodHeader, payload))).toBe('ok');
  });

  it('says "expired" only when nothing else is wrong', () => {
    const old = { ...goodPayload, iat: NOW - 1000, exp: NOW };
    expect(codeOf(service, forge(goodHeader, old))).toBe('AUTH_TOKEN_EXPIRED');
    for (const wrong of [
      { iss: 'x' },
      { aud: 'x' },
      { typ: 'x' },
      { sid: '' },
      { nbf: NOW + 9 },
      { exp: -1 },
    ]) {
      expect(codeOf(service, forge(goodHeader, { ...old, ...wrong }))).toBe('AUTH_TOKEN_INVALID');
    }
    expect(codeOf(service, forge(goodHeader, old, 'sha256', 'other'))).toBe('AUTH_TOKEN_INVALID');
    expect(codeOf(service, forge({ ...goodHeader, kid: 'gone' }, old))).toBe('AUTH_TOKEN_INVALID');
  });

  it('refuses a token for somebody else when no audience is configured (RFC 7519, 4.1.3)', () => {
    const plain = serviceOf({ accessToken: { secret } });
    expect(codeOf(plain, forge(goodHeader, goodPayload))).toBe('AUTH_TOKEN_INVALID');
    expect(codeOf(plain, forge(goodHeader, { ...goodPayload, aud: undefined }))).toBe('ok');
  });

  it('refuses a refresh token, and the codec an access token (R035)', () => {
    const codec = new RefreshTokenCodec(resolve(standard));
    const refresh = codec.encode({ sessionId: subject.sessionId, generation: 1, salt: 'salt' });
    expect(codeOf(service, refresh)).toBe('AUTH_TOKEN_INVALID');
    expect(codec.decode(service.issue(subject).token)).toBeUndefined();
  });

  it('refuses a plain JWT under its own key: the example of RFC 7515, A.1', () => {
    const token =
      'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt' +
      'cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const k = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow';
    const key = createSecretKey(k, 'base64url');
    const jwt = new JwtService({ secret: key });
    expect(jwt.verify(token, { algorithms: ['HS256'], clockTimestamp: 1_300_819_379 })).toMatchObject({
      iss: 'joe',
    });
    const base = resolve({ accessToken: { secret } });
    const rfc = { ...base, signingKey: { kid: 'k', key }, verificationKeys: [{ kid: 'k', key }] };
    expect(codeOf(new AccessTokenService(rfc, at(1_300_819_379)), token)).toBe('AUTH_TOKEN_INVALID');
  });
});

/** The same bytes with an unused bit of the last character set. */
function otherSpelling(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return text.slice(0, -1) + (alphabet[alphabet.indexOf(text.slice(-1)) + 1] ?? '');
}
