import { generateKeyPairSync } from 'node:crypto';
import proxyAddr from 'proxy-addr';
import { DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { MemoryTransientStore } from '../storage';
import { NAuthConfigError, resolveConfig, type ResolvedConfig } from './index';

const SECRET = 'pG0vT9bRk2xWq7LzYc4mHd8sNf3jUa1e';
const REFRESH = 'Zr5uE8oXi1tBv6KwQn9yCj2gMl7hDs4p';
const OTHER = 'b7Vq2LxT0nRk9WcY5sJd8HfM3gZp6UaE';
const jwt = { accessToken: { secret: SECRET }, refreshToken: { secret: REFRESH } };
const encryption = { keys: { k1: OTHER } };

function resolve(part: object, production = false): ResolvedConfig {
  return resolveConfig({ jwt, encryption, ...part }, { production });
}

function pathsOf(part: object, production = false): string[] {
  try {
    resolve(part, production);
    return [];
  } catch (error) {
    if (error instanceof NAuthConfigError) return error.problems.map(({ path }) => path);
    throw error;
  }
}

type Row = [part: object, ...paths: string[]];
const refused = (rows: Row[], production = false): void => {
  for (const [part, ...paths] of rows) {
    it(`${JSON.stringify(part).slice(0, 90)} -> ${paths.join(', ')}`, () => {
      expect(pathsOf(part, production)).toEqual(paths);
    });
  }
};

describe('secrets (R036)', () => {
  const at = (
    accessToken: object,
    refreshToken: object = { secret: REFRESH },
    more: object = {},
  ): object => ({
    jwt: { accessToken, refreshToken, ...more },
  });
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const pemOf = (key: typeof small): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  refused([
    [at({ secret: SECRET.slice(1) }), 'jwt.accessToken.secret'],
    [at({ kid: 7 }), 'jwt.accessToken.kid', 'jwt.accessToken.secret'],
    [at({ secret: SECRET }, undefined, { keys: { old: { secret: 7 } } }), 'jwt.keys.old.secret'],
    [at({ secret: SECRET }, undefined, { keys: { old: { secret: 'short' } } }), 'jwt.keys.old.secret'],
    [at({ secret: 'a'.repeat(64) }), 'jwt.accessToken.secret'],
    [at({ secret: SECRET }, { secret: 'a'.repeat(64) }), 'jwt.refreshToken.secret'],
    [at({ secret: SECRET }, { secret: REFRESH.slice(1) }), 'jwt.refreshToken.secret'],
    [at({ secret: SECRET }, { secret: SECRET }), 'jwt.refreshToken.secret'],
    [at({ secret: SECRET }, undefined, { keys: { old: { secret: REFRESH } } }), 'jwt.refreshToken.secret'],
    [
      at({ secret: SECRET }, { secret: REFRESH, previousSecrets: [OTHER, 'short'] }),
      'jwt.refreshToken.previousSecrets[1]',
    ],
    [at({ secret: SECRET }, undefined, { algorithm: 'HS384' }), 'jwt.accessToken.secret'],
    [at({ privateKey: pemOf(small) }, undefined, { algorithm: 'RS256' }), 'jwt.accessToken.privateKey'],
    [at({ privateKey: pemOf(p256) }, undefined, { algorithm: 'ES384' }), 'jwt.accessToken.privateKey'],
    [at({ privateKey: pemOf(p256) }, undefined, { algorithm: 'ES999' }), 'jwt.algorithm'],
    [at({ secret: 'short' }, undefined, { algorithm: 'ES999' }), 'jwt.algorithm', 'jwt.accessToken.secret'],
  ]);

  it('keep the order of the refresh secrets, the live one first', () => {
    const config = resolve(at({ secret: SECRET }, { secret: REFRESH, previousSecrets: [OTHER, REFRESH] }));
    expect(config.jwt.refreshToken.secrets).toEqual([REFRESH, OTHER]);
  });

  it('take an audience as text or list', () => {
    expect(resolve(at({ secret: SECRET }, undefined, { audience: 'a' })).jwt.audience).toEqual(['a']);
    expect(resolve(at({ secret: SECRET }, undefined, { audience: ['a', 'b'] })).jwt.audience).toEqual([
      'a',
      'b',
    ]);
  });
});

describe('encryption', () => {
  const keys = (values: object, current?: string): object => ({ encryption: { keys: values, current } });
  refused([
    [{ encryption: {} }, 'encryption.keys'],
    [keys({}), 'encryption.keys'],
    [keys({ k1: 'short' }), 'encryption.keys.k1'],
    [keys({ k1: 'x'.repeat(40) }), 'encryption.keys.k1'],
    [keys({ k1: OTHER }, 'k2'), 'encryption.current'],
    [keys({ derived: OTHER }), 'encryption.keys.derived'],
    [keys({ 'a b': OTHER }), 'encryption.keys.<id>'],
    [keys({ 2: OTHER, 1: SECRET }), 'encryption.current'],
    [keys({ k1: OTHER, k2: 7 }), 'encryption.keys'],
  ]);

  it('uses the first key for new data unless told otherwise, each key as 32 bytes', () => {
    const first = resolve(keys({ b: OTHER, a: SECRET })).encryption;
    expect([first.current, [...first.keys.keys()]]).toEqual(['b', ['b', 'a']]);
    for (const key of first.keys.values()) expect(key.byteLength).toBe(32);
    expect(resolve(keys({ 2: OTHER, 1: SECRET }, '2')).encryption.current).toBe('2');
  });

  it('is not derived in production, and is outside', () => {
    expect(pathsOf({ encryption: undefined }, true)).toEqual(['encryption.keys']);
    expect(resolve({ encryption: undefined }).encryption.current).toBe('derived');
  });
});

describe('password', () => {
  refused([
    [{ password: { minLength: 7 } }, 'password.minLength'],
    [{ password: { maxLength: 63 } }, 'password.maxLength'],
    [{ password: { maxLength: 1025 } }, 'password.maxLength'],
    [{ password: { minLength: 65, maxLength: 64 } }, 'password.minLength'],
    [{ password: { minLength: 129 } }, 'password.minLength'],
    [{ password: { bcryptCost: 3 } }, 'password.bcryptCost'],
    [{ password: { bcryptCost: 17 } }, 'password.bcryptCost'],
    [{ password: { hasher: 'argon2i' } }, 'password.hasher'],
    [{ password: { hasher: { hash: () => '' } } }, 'password.hasher'],
    [{ password: { argon2: { memoryCost: 127 } } }, 'password.argon2.memoryCost'],
    [{ password: { argon2: { memoryCost: 1_048_577 } } }, 'password.argon2.memoryCost'],
    [{ password: { argon2: { timeCost: 0 } } }, 'password.argon2.timeCost'],
    [{ password: { argon2: { parallelism: 17 } } }, 'password.argon2.parallelism'],
    [{ password: { specialChars: '' } }, 'password.specialChars'],
    [{ password: { specialChars: '!a' } }, 'password.specialChars'],
    [{ password: { specialChars: '! ' } }, 'password.specialChars'],
    [{ password: { contextWords: ['acme', 'ab'] } }, 'password.contextWords[1]'],
    [{ password: { historyCount: 25 } }, 'password.historyCount'],
    [{ password: { expiryDays: 3651 } }, 'password.expiryDays'],
    [{ password: { breachCheck: { timeout: '2001ms' } } }, 'password.breachCheck.timeout'],
    [{ password: { breachCheck: { onFailure: 'maybe' } } }, 'password.breachCheck.onFailure'],
    [{ password: { breachCheck: { source: {} } } }, 'password.breachCheck.source'],
    [{ password: { breachCheck: { baseUrl: 'api.example.com' } } }, 'password.breachCheck.baseUrl'],
    [{ password: { breachCheck: { baseUrl: 'ftp://example.com/' } } }, 'password.breachCheck.baseUrl'],
    [{ password: { breachCheck: { baseUrl: 'https://u:p@example.com/' } } }, 'password.breachCheck.baseUrl'],
    [{ password: { breachCheck: { baseUrl: 'https://example.com/?q=' } } }, 'password.breachCheck.baseUrl'],
  ]);
  refused(
    [
      [{ password: { bcryptCost: 9 } }, 'password.bcryptCost'],
      [{ password: { argon2: { memoryCost: 19_455 } } }, 'password.argon2.memoryCost'],
      [{ password: { argon2: { timeCost: 1 } } }, 'password.argon2.memoryCost'],
      [{ password: { breachCheck: { baseUrl: 'http://127.0.0.1/' } } }, 'password.breachCheck.baseUrl'],
    ],
    true,
  );
  it('takes argon2id in production with the costs of R008', () => {
    const costs = [{}, { memoryCost: 47_104, timeCost: 1 }, { timeCost: 3, parallelism: 4 }];
    for (const argon2 of costs) {
      expect(resolve({ password: { hasher: 'argon2id', argon2 } }, true).password.argon2).toEqual({
        memoryCost: 19_456,
        timeCost: 2,
        parallelism: 1,
        ...argon2,
      });
    }
  });

  it.each([
    [undefined, []],
    ['https://auth.example.com', ['auth', 'example']],
    ['http://localhost:3000', ['localhost']],
    ['Acme Accounts', ['Acme Accounts']],
  ])('takes the context words from the issuer %s', (issuer, words) => {
    expect(resolve({ jwt: { ...jwt, issuer } }).password.contextWords).toEqual(words);
    const named = resolve({ jwt: { ...jwt, issuer }, password: { contextWords: ['acme'] } });
    expect(named.password.contextWords).toEqual(['acme']);
  });

  it('takes the context words from every name of the service (R003)', () => {
    const { password } = resolve({
      jwt: { ...jwt, issuer: 'https://auth.acmeshop.example' },
      email: { globalVariables: { appName: 'Acmeshop', companyName: 'Acme Trading' } },
      mfa: {
        issuer: 'Acmeshop',
        passkey: { rpName: 'Acme Keys', rpId: 'example.com', origin: ['https://example.com'] },
      },
    });
    expect(password.contextWords).toEqual(['auth', 'acmeshop', 'Acmeshop', 'Acme Trading', 'Acme Keys']);
  });

  it('adds the slash to the address of the breach check', () => {
    const breachCheck = { baseUrl: 'https://breaches.example.com/range' };
    expect(resolve({ password: { breachCheck } }).password.breachCheck.baseUrl).toBe(
      `${breachCheck.baseUrl}/`,
    );
  });

  it('allows a low cost outside production', () => {
    expect(resolve({ password: { bcryptCost: 4 } }).password.bcryptCost).toBe(4);
    expect(resolve({ password: { bcryptCost: 10 } }, true).password.bcryptCost).toBe(10);
  });

  it('leaves threads of the libuv pool free', () => {
    const before = process.env['UV_THREADPOOL_SIZE'];
    try {
      for (const [size, concurrency] of [
        ['1', 1],
        ['3', 1],
        ['nonsense', undefined],
      ] as const) {
        process.env['UV_THREADPOOL_SIZE'] = size;
        const found = resolve({}).password.hashing.concurrency;
        if (concurrency === undefined) expect(found).toBeLessThanOrEqual(2);
        else expect(found).toBe(concurrency);
      }
    } finally {
      if (before === undefined) delete process.env['UV_THREADPOOL_SIZE'];
      else process.env['UV_THREADPOOL_SIZE'] = before;
    }
  });
});

describe('sessions and life of tokens', () => {
  const long = { ...jwt, refreshToken: { secret: REFRESH, expiresIn: '31d' } };
  const hybrid = (hybridPolicy: object): object => ({ method: 'hybrid', hybridPolicy });
  refused([
    [{ session: { maxLifetime: '1h', idleTimeout: '2h' } }, 'session.idleTimeout'],
    [{ session: { idleTimeout: '31d' } }, 'session.idleTimeout'],
    [{ session: { disallowMultipleSessions: true, maxConcurrent: 3 } }, 'session.maxConcurrent'],
    [{ jwt: long, session: { maxLifetime: '30d' } }, 'jwt.refreshToken.expiresIn'],
    [
      { session: { maxLifetime: '1d' }, tokenDelivery: hybrid({ jsonRefreshExpiresIn: '2d' }) },
      'tokenDelivery.hybridPolicy.jsonRefreshExpiresIn',
    ],
    [{ lockout: { maxAttempts: 0 } }, 'lockout.maxAttempts'],
    [{ lockout: { maxAttempts: 51 } }, 'lockout.maxAttempts'],
    [{ lockout: { duration: 0 } }, 'lockout.duration'],
    [{ lockout: { maxDuration: 0 } }, 'lockout.maxDuration'],
    [{ lockout: { maxDuration: '14m' } }, 'lockout.maxDuration'],
    [{ lockout: { duration: '2h', maxDuration: '1h' } }, 'lockout.maxDuration'],
    [{ lockout: { duration: 0, maxDuration: 60 } }, 'lockout.duration'],
    [{ rateLimits: { login: { network: { max: 0 } } } }, 'rateLimits.login.network.max'],
    [{ rateLimits: { login: { network: { mx: 3 } } } }, 'rateLimits.login.network.mx'],
    [{ rateLimits: { login: { network: true } } }, 'rateLimits.login.network'],
    [{ rateLimits: { refresh: { network: null } } }, 'rateLimits.refresh.network'],
    [{ rateLimits: { signup: false } }, 'rateLimits.signup'],
    [{ rateLimits: { login: { flood: { alert: 200, restrict: 100 } } } }, 'rateLimits.login.flood.restrict'],
    [
      { rateLimits: { login: { flood: { alert: 0, window: 'soon' } } } },
      'rateLimits.login.flood.alert',
      'rateLimits.login.flood.window',
    ],
    [{ mfa: { passkey: { rpName: 'Shop' } } }, 'mfa.passkey.rpId', 'mfa.passkey.origin'],
    [passkeyOf('https://app.example.org'), 'mfa.passkey.rpId'],
    [passkeyOf('https://evilexample.com'), 'mfa.passkey.rpId'],
    [passkeyOf('https://app.example.com/'), 'mfa.passkey.origin[0]'],
    [passkeyOf('http://app.example.com'), 'mfa.passkey.origin[0]'],
    [passkeyOf('https://*.example.com'), 'mfa.passkey.origin[0]'],
    [{ shutdown: { drainDelay: '10s' } }, 'shutdown.drainDelay'],
    [{ shutdown: { drainDelay: '20s', timeout: '15s' } }, 'shutdown.drainDelay'],
    [{ shutdown: { timeout: '2h' } }, 'shutdown.timeout'],
  ]);

  it('take origins of passkeys on their domain, below it, on localhost, and of Android applications', () => {
    const android = `android:apk-key-hash:${'a'.repeat(43)}`;
    const origins = ['https://example.com', 'https://app.example.com:8443', android];
    expect(resolve(passkeyOf(...origins)).mfa.passkey?.origin).toEqual(origins);
    const local = { rpId: 'localhost', origin: ['http://localhost:3000'] };
    expect(resolve({ mfa: { passkey: local } }).mfa.passkey?.rpId).toBe('localhost');
  });

  it('switch a limit off by false', () => {
    const off = { login: { network: false, flood: false }, refresh: { network: false } };
    expect(resolve({ rateLimits: off }).rateLimits).toMatchObject({
      login: { network: undefined, flood: undefined },
      refresh: { network: undefined },
      passkey: { network: { max: 1000, windowMs: 60_000 } },
      signup: { network: { max: 1000, windowMs: 60_000 } },
      passwordReset: { network: { max: 30, windowMs: 3600_000 } },
    });
  });

  it('cap what only one side says', () => {
    expect(resolve({ jwt: long }).jwt.refreshToken.ttlMs).toBe(30 * 86_400_000);
    const short = resolve({ session: { maxLifetime: '1d' } });
    expect(short.jwt.refreshToken.ttlMs).toBe(86_400_000);
    expect(short.tokenDelivery.refreshTtlMs).toEqual({ cookies: 86_400_000, json: 86_400_000 });
  });

  it('differ by delivery where the hybrid policy says so', () => {
    const config = resolve({ tokenDelivery: hybrid({ cookieRefreshExpiresIn: '1h' }) });
    expect(config.tokenDelivery.refreshTtlMs).toEqual({ cookies: 3_600_000, json: 604_800_000 });
  });

  it('mean one session with disallowMultipleSessions', () => {
    expect(resolve({ session: { disallowMultipleSessions: true } }).session.maxConcurrent).toBe(1);
  });
});

describe('cookies (R057, R058)', () => {
  const prefix = (cookieNamePrefix: string, more: object = {}): object => ({
    tokenDelivery: { cookieNamePrefix, ...more },
  });
  const options = (cookieOptions: object): object => ({ tokenDelivery: { cookieOptions } });
  refused([
    [options({ sameSite: 'none', secure: false }), 'tokenDelivery.cookieOptions.secure'],
    [options({ domain: 'https://example.com' }), 'tokenDelivery.cookieOptions.domain'],
    [options({ domain: '*.example.com' }), 'tokenDelivery.cookieOptions.domain'],
    [options({ path: 'auth' }), 'tokenDelivery.cookieOptions.path'],
    [options({ path: '/a; Secure' }), 'tokenDelivery.cookieOptions.path'],
    [prefix('a b'), 'tokenDelivery.cookieNamePrefix'],
    [prefix('a=b'), 'tokenDelivery.cookieNamePrefix'],
    [prefix('naüth_'), 'tokenDelivery.cookieNamePrefix'],
    [prefix('__Host-n_', { cookieOptions: { secure: false } }), 'tokenDelivery.cookieOptions.secure'],
    [prefix('__Host-n_', { cookieOptions: { domain: 'a.b' } }), 'tokenDelivery.cookieOptions.domain'],
    [prefix('__host-n_', { cookieOptions: { path: '/a' } }), 'tokenDelivery.cookieOptions.path'],
    [prefix('__Host-n_', { refreshCookiePath: '/auth' }), 'tokenDelivery.refreshCookiePath'],
    [prefix('__Secure-n_', { cookieOptions: { secure: false } }), 'tokenDelivery.cookieOptions.secure'],
    [prefix('nauth_', { refreshCookiePath: 'auth' }), 'tokenDelivery.refreshCookiePath'],
  ]);
  refused([[options({ secure: false }), 'tokenDelivery.cookieOptions.secure']], true);
  refused(
    [[{ security: { csrf: { cookieOptions: { secure: false } } } }, 'security.csrf.cookieOptions.secure']],
    true,
  );

  it('narrow the refresh cookie to the ready-made routes where that is possible', () => {
    const routes = { enabled: true, prefix: '/api/auth/' };
    const pathOf = (part: object): string => resolve(part).tokenDelivery.refreshCookiePath;
    expect(pathOf({ routes })).toBe('/api/auth');
    expect(pathOf({ routes: { prefix: 'auth' } })).toBe('/');
    expect(pathOf({ routes, ...options({ path: '/app' }) })).toBe('/app');
    expect(pathOf({ routes, ...prefix('__Host-n_') })).toBe('/');
    expect(pathOf({ routes, tokenDelivery: { refreshCookiePath: '/x' } })).toBe('/x');
    expect(resolve({ routes }).routes.prefix).toBe('api/auth');
  });

  it('are named after the prefix; the CSRF cookie takes over their attributes', () => {
    const tokenDelivery = {
      cookieNamePrefix: 'app_',
      cookieOptions: { domain: 'example.com', sameSite: 'lax' },
    };
    const config = resolve({ tokenDelivery, security: { csrf: { cookieOptions: { sameSite: 'strict' } } } });
    expect(config.tokenDelivery.cookieNames).toEqual({
      access: 'app_access_token',
      refresh: 'app_refresh_token',
      device: 'app_device_token',
    });
    expect(config.security.csrf.cookie).toEqual({
      secure: true,
      sameSite: 'strict',
      domain: 'example.com',
      path: '/',
    });
  });
});

describe('CSRF', () => {
  const csrf = (options: object, tokenDelivery: object = {}): object => ({
    security: { csrf: options },
    tokenDelivery,
  });
  const excluded = (...excludedPaths: string[]): object => csrf({ excludedPaths });
  const first = 'security.csrf.excludedPaths[0]';
  refused([
    [csrf({ cookieName: 'a;b' }), 'security.csrf.cookieName'],
    [csrf({ cookieName: 'nauth_access_token' }), 'security.csrf.cookieName'],
    [csrf({ cookieName: '__Host-Http-csrf' }), 'security.csrf.cookieName'],
    [csrf({ cookieName: '__Host-csrf' }, { cookieOptions: { domain: 'a.b' } }), 'security.csrf.cookieName'],
    [csrf({ headerName: 'x csrf' }), 'security.csrf.headerName'],
    ...['hooks', '/a/../b', '/a/.', '/a?b', '/a#b', '/a%2e', '//a', '/', '/a\\b', '/*?'].map((path): Row => [
      excluded(path),
      first,
    ]),
    [excluded('/fine', 'wrong'), 'security.csrf.excludedPaths[1]'],
  ]);

  it('says what excluding the root would mean', () => {
    expect(() => resolve(excluded('/'))).toThrow('would turn the CSRF check off everywhere');
  });

  it('normalises the header name and the ends of paths', () => {
    const { csrf: result } = resolve(
      csrf({ headerName: 'X-App-CSRF', excludedPaths: ['/hooks/', '/a/b'] }),
    ).security;
    expect([result.headerName, result.excludedPaths]).toEqual(['x-app-csrf', ['/hooks', '/a/b']]);
  });
});

describe('origins', () => {
  const wrong = [
    ...[
      '*',
      'https://*.example.com',
      'null',
      'example.com',
      'https://example.com/',
      'https://example.com/app',
    ],
    ...['https://EXAMPLE.com', 'https://example.com:443', 'https://user@example.com', 'https://exämple.com'],
    ...['file://x', 'javascript://x', 'data://x', 'ws://example.com', 'https:example.com', 'capacitor://'],
    ...[
      'capacitor://localhost/',
      'capacitor://localhost?x',
      'https://',
      'http://a b',
      'http://localhost:80443',
    ],
  ];
  const right = [
    'https://app.example.com',
    'http://localhost:4200',
    'http://[::1]:8043',
    'https://xn--exmple-cua.com',
  ];
  it.each(wrong)('refuse %s', (origin) => {
    expect(pathsOf({ security: { csrf: { allowedOrigins: [origin] } } })).toEqual([
      'security.csrf.allowedOrigins[0]',
    ]);
    const hybridPolicy = { webOrigins: ['https://a.b', origin] };
    expect(pathsOf({ tokenDelivery: { method: 'hybrid', hybridPolicy } })).toEqual([
      'tokenDelivery.hybridPolicy.webOrigins[1]',
    ]);
  });

  it.each([...right, 'capacitor://localhost', 'ionic://app.local:80'])('take %s', (origin) => {
    const hybridPolicy = { nativeOrigins: [origin] };
    expect(
      resolve({ tokenDelivery: { method: 'hybrid', hybridPolicy } }).tokenDelivery.nativeOrigins,
    ).toEqual(new Set([origin]));
  });

  refused([
    [{ tokenDelivery: { hybridPolicy: { webOrigins: ['https://a.b'] } } }, 'tokenDelivery.hybridPolicy'],
    [
      {
        tokenDelivery: {
          method: 'hybrid',
          hybridPolicy: { webOrigins: ['https://a.b'], nativeOrigins: ['https://c.d', 'https://a.b'] },
        },
      },
      'tokenDelivery.hybridPolicy.nativeOrigins[1]',
    ],
  ]);
});

describe('trusted proxies (R142)', () => {
  const proxies = (trustedProxies: unknown): object => ({ security: { trustedProxies } });
  refused([
    [proxies(true), 'security.trustedProxies'],
    [proxies('*'), 'security.trustedProxies'],
    [proxies('loopback'), 'security.trustedProxies'],
    [proxies(-1), 'security.trustedProxies'],
    [proxies(1.5), 'security.trustedProxies'],
    [proxies(1000), 'security.trustedProxies'],
    ...[
      '*',
      '10.0.0.0/33',
      '::1/129',
      '0.0.0.0/0',
      '::/0',
      '10.0.0',
      'localhost',
      '10.0.0.0/8/8',
      'fe80::1%eth0',
      '',
    ].map((entry): Row => [proxies(['10.0.0.1', entry]), 'security.trustedProxies[1]']),
    [proxies([10]), 'security.trustedProxies[0]'],
  ]);

  it('are all understood by what reads them', () => {
    const list = [
      '10.0.0.1',
      '10.0.0.0/8',
      '::1',
      'fd00::/8',
      '::ffff:10.0.0.0/104',
      'loopback',
      'linklocal',
      'uniquelocal',
    ];
    const { trustedProxies } = resolve(proxies(list)).security;
    expect(trustedProxies).toEqual(list);
    expect(() => proxyAddr.compile(list)).not.toThrow();
  });

  it('say why trusting everybody is refused', () => {
    expect(() => resolve(proxies(true))).toThrow('would let every client choose its own address');
    expect(() => resolve(proxies(['*']))).toThrow('would let every client choose its own address');
  });
});

describe('database', () => {
  const database = (value: unknown): object => ({ database: value });
  refused([
    [database('postgres://x'), 'database'],
    [database([]), 'database'],
    [database({}), 'database.type', 'database.url'],
    [database({ type: 'postgresql', url: 'postgres://h/d' }), 'database.type'],
    [database({ type: 'mongodb', url: 'mongodb://h/d' }), 'database.type'],
    [database({ type: 'oracle', host: 'h' }), 'database.type'],
    [database({ type: 'postgres' }), 'database.url'],
    [database({ type: 'postgres', url: 'mysql://h/d' }), 'database.url'],
    [database({ type: 'mysql', url: 'postgres://h/d' }), 'database.url'],
    [database({ type: 'sqlite', url: '' }), 'database.url'],
    [database({ type: 'sqlite', url: ':memory:', schema: 'x' }), 'database.schema'],
    [database({ type: 'postgres', url: 'postgres://h/d', poolSize: 0 }), 'database.poolSize'],
    [database({ type: 'sqlite', database: 'x.db' }), 'database.type'],
  ]);

  it.each([
    { type: 'sqlite', url: ':memory:' },
    { type: 'mariadb', url: 'mysql://u:p@h/d', poolSize: 3 },
    { type: 'postgres', host: 'h', username: 'u', password: 'p', database: 'd', synchronize: false },
    { type: 'better-sqlite3', database: 'x.db' },
  ])('takes %j', (value) => expect(resolve(database(value)).database).toEqual(value));

  it('takes a DataSource as it is, initialised or not, and refuses one of another kind', () => {
    const dataSource = new DataSource({ type: 'postgres', host: 'h' });
    expect(resolve(database(dataSource)).database).toBe(dataSource);
    // As a second copy of TypeORM in the process makes them.
    const foreign = { '@instanceof': Symbol.for('DataSource'), options: { type: 'mongodb' } };
    expect(pathsOf(database(foreign))).toEqual(['database.options.type']);
    const known = { ...foreign, options: { type: 'mysql' } };
    expect(resolve(database(known)).database).toBe(known);
  });

  it('never shows the password of a URL', () => {
    expect(() => resolve(database({ type: 'postgres', url: 'mysql://u:hunter2@h/d' }))).not.toThrow(
      'hunter2',
    );
  });
});

describe('what is left', () => {
  const lacking = { ...new MemoryTransientStore(), get: () => Promise.resolve(null) };
  refused([
    [{ tablePrefix: '1auth' }, 'tablePrefix'],
    [{ tablePrefix: 'a'.repeat(32) }, 'tablePrefix'],
    [{ tablePrefix: 'auth-' }, 'tablePrefix'],
    [{ tablePrefix: 'a"; drop table users' }, 'tablePrefix'],
    [{ storageAdapter: 'redis' }, 'storageAdapter'],
    [{ storageAdapter: lacking }, 'storageAdapter'],
    [{ routes: { prefix: 'a//b' } }, 'routes.prefix'],
    [{ routes: { prefix: '../auth' } }, 'routes.prefix'],
    [{ routes: { prefix: ':id' } }, 'routes.prefix'],
    [{ routes: { groups: ['administration'] } }, 'routes.groups'],
    [{ logger: { instance: { log() {} } } }, 'logger.instance'],
    [{ clock: {} }, 'clock'],
    [{ clock: Date }, 'clock'],
    [{ signup: { verificationMethod: 'mail' } }, 'signup.verificationMethod'],
  ]);

  it('takes the stores of the toolkit by their methods, inherited ones too', () => {
    const store = new MemoryTransientStore();
    expect(resolve({ storageAdapter: store }).storageAdapter).toBe(store);
    expect(resolve({ storageAdapter: 'memory' }, true).storageAdapter).toBe('memory');
  });
});

describe('verification', () => {
  const sender = { send: () => Promise.resolve() };
  refused([
    [{ signup: { emailVerification: { codeLength: 5 } } }, 'signup.emailVerification.codeLength'],
    [{ signup: { emailVerification: { expiresIn: '61m' } } }, 'signup.emailVerification.expiresIn'],
    [{ signup: { phoneVerification: { expiresIn: 3601 } } }, 'signup.phoneVerification.expiresIn'],
    [{ signup: { phoneVerification: { baseUrl: 'https://a.example' } } }, 'signup.phoneVerification.baseUrl'],
    [{ signup: { emailVerification: { baseUrl: '/verify' } } }, 'signup.emailVerification.baseUrl'],
    [
      { signup: { emailVerification: { baseUrl: 'https://u@a.example' } } },
      'signup.emailVerification.baseUrl',
    ],
    [
      { signup: { emailVerification: { baseUrl: 'https://a.example/#v' } } },
      'signup.emailVerification.baseUrl',
    ],
    [{ signup: { verificationMethod: 'phone', allowDuplicatePhones: true } }, 'signup.allowDuplicatePhones'],
  ]);

  it('gives no code a longer life than ten minutes (R069)', () => {
    const { signup } = resolve({
      signup: { emailVerification: { expiresIn: 3600 }, phoneVerification: { expiresIn: '9m' } },
    });
    expect(signup.emailVerification.expiresInMs).toBe(600_000);
    expect(signup.phoneVerification.expiresInMs).toBe(540_000);
  });
  refused(
    [
      [{ signup: { verificationMethod: 'email' } }, 'emailProvider'],
      [{ signup: { verificationMethod: 'phone' } }, 'smsProvider'],
      [{ signup: { verificationMethod: 'both' } }, 'emailProvider', 'smsProvider'],
      [
        { signup: { emailVerification: { baseUrl: 'http://a.example/verify' } } },
        'signup.emailVerification.baseUrl',
      ],
    ],
    true,
  );

  it('takes a channel that is there', () => {
    const signup = {
      verificationMethod: 'both',
      emailVerification: { baseUrl: 'https://a.example/verify?x=1' },
    };
    const part = { signup, emailProvider: sender, smsProvider: sender, sms: { allowedCountries: ['AT'] } };
    expect(pathsOf(part, true)).toEqual([]);
    expect(resolve({ signup }).signup.emailVerification.baseUrl).toBe('https://a.example/verify?x=1');
  });
});

function passkeyOf(...origin: string[]) {
  return { mfa: { passkey: { rpId: 'example.com', origin } } };
}
