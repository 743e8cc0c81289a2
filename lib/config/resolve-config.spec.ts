import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { deriveKey, systemClock } from '../common';
import { defaultHashConcurrency } from '../password/hash-queue';
import { NAuthConfigError, RESOLVED_CONFIG, resolveConfig, type NAuthConfig } from './index';

const ACCESS = 'pG0vT9bRk2xWq7LzYc4mHd8sNf3jUa1e';
const REFRESH = 'Zr5uE8oXi1tBv6KwQn9yCj2gMl7hDs4p';
const ENCRYPTION = 'b7Vq2LxT0nRk9WcY5sJd8HfM3gZp6UaE';
const minimal: NAuthConfig = { jwt: { accessToken: { secret: ACCESS }, refreshToken: { secret: REFRESH } } };
const development = { production: false };
const production = { production: true };

function problemsOf(input: unknown, env = development): readonly { path: string; message: string }[] {
  try {
    resolveConfig(input, env);
    return [];
  } catch (error) {
    if (error instanceof NAuthConfigError) return error.problems;
    throw error;
  }
}

const pathsOf = (input: unknown, env = development): string[] =>
  problemsOf(input, env).map(({ path }) => path);

describe('defaults', () => {
  const verification = {
    codeLength: 6,
    maxAttempts: 3,
    resendDelayMs: 60_000,
    rateLimit: { max: 3, windowMs: 3600_000 },
    maxAttemptsPerUser: 10,
    maxAttemptsPerIP: 20,
    attemptWindowMs: 3600_000,
    baseUrl: undefined,
  };

  const tenAnHour = { max: 10, windowMs: 3600_000 };
  const messages = { recipient: tenAnHour, account: tenAnHour };
  const reset = {
    codeLength: 6,
    maxAttempts: 3,
    resendDelayMs: 0,
    rateLimit: { max: 3, windowMs: 3600_000 },
    baseUrl: undefined,
  };

  it('are those of the reference', () => {
    const { jwt, encryption, clock, ...rest } = resolveConfig(minimal, development);
    expect(rest).toEqual({
      tablePrefix: 'nauth_',
      migrations: { autoRun: true },
      database: undefined,
      storageAdapter: 'database',
      signup: {
        enabled: true,
        verificationMethod: 'none',
        allowDuplicatePhones: false,
        discloseExisting: false,
        emailVerification: { ...verification, expiresInMs: 600_000 },
        phoneVerification: { ...verification, expiresInMs: 300_000 },
      },
      login: { identifierType: undefined },
      password: {
        minLength: 8,
        requireUppercase: false,
        requireLowercase: false,
        requireNumbers: false,
        requireSpecialChars: false,
        specialChars: undefined,
        preventCommon: true,
        preventUserInfo: true,
        contextWords: [],
        maxLength: 128,
        preventBreached: false,
        breachCheck: {
          baseUrl: 'https://api.pwnedpasswords.com/range/',
          timeoutMs: 2000,
          onFailure: 'allow',
          source: undefined,
        },
        historyCount: 0,
        expiryDays: 0,
        hasher: 'bcrypt',
        bcryptCost: 12,
        argon2: { memoryCost: 19_456, timeCost: 2, parallelism: 1 },
        passwordReset: { ...reset, expiresInMs: 900_000 },
        adminReset: { ...reset, expiresInMs: 3600_000 },
        hashing: {
          concurrency: defaultHashConcurrency(
            availableParallelism(),
            Number(process.env['UV_THREADPOOL_SIZE'] ?? 4),
          ),
          maxQueue: 512,
          maxWaitMs: 15_000,
        },
      },
      notifications: {
        emailProvider: 'console',
        smsProvider: 'console',
        globalVariables: {},
        emailTemplates: new Map(),
        smsTemplates: new Map(),
        suppressed: new Set(['welcome']),
        allowedCountries: 'all',
      },
      challenge: { maxAttempts: 3, expiresInMs: 900_000 },
      mfa: {
        enabled: false,
        enforcement: 'OPTIONAL',
        gracePeriodMs: 0,
        requireForSocialLogin: true,
        allowedMethods: ['totp', 'sms', 'email', 'passkey'],
        issuer: 'nauth',
        totp: { window: 1, stepSeconds: 30, digits: 6, algorithm: 'sha1' },
        passkey: undefined,
        backup: { enabled: true, codeCount: 10, codeLength: 16 },
        rememberDevices: 'user_opt_in',
        rememberDeviceMs: 30 * 24 * 3600_000,
        bypassMFAForTrustedDevices: true,
        adaptive: {
          enabled: false,
          weights: {
            new_device: 25,
            new_ip: 10,
            new_country: 30,
            impossible_travel: 40,
            suspicious_activity: 30,
            recent_password_reset: 25,
          },
          levels: {
            low: { maxScore: 20, action: 'allow', notifyUser: false },
            medium: { maxScore: 50, action: 'require_mfa', notifyUser: true },
            high: { maxScore: 100, action: 'require_mfa', notifyUser: true },
          },
          block: { scope: 'user', durationMs: 30 * 60_000, message: undefined },
          maxTravelSpeed: 900,
          suspiciousActivityWindowMs: 3600_000,
        },
      },
      lockout: {
        enabled: true,
        maxAttempts: 5,
        attemptWindowMs: 3_600_000,
        durationMs: 900_000,
        maxDurationMs: 3_600_000,
        resetOnSuccess: true,
      },
      rateLimits: {
        messages: {
          email: {
            ...messages,
            network: { max: 100, windowMs: 3600_000 },
            all: { max: 10_000, windowMs: 3600_000 },
          },
          sms: {
            ...messages,
            network: { max: 10, windowMs: 3600_000 },
            all: { max: 1000, windowMs: 3600_000 },
          },
        },
        login: {
          network: { max: 50, windowMs: 900_000 },
          flood: { alert: 100, restrict: 1000, unknownClients: 60, windowMs: 60_000 },
        },
        refresh: { network: { max: 300, windowMs: 900_000 } },
        passkey: { network: { max: 1000, windowMs: 60_000 } },
        signup: { network: { max: 1000, windowMs: 60_000 } },
        passwordReset: { network: { max: 30, windowMs: 3600_000 } },
      },
      security: {
        maskSensitiveData: true,
        trustedProxies: 0,
        csrf: {
          cookieName: 'nauth_csrf_token',
          headerName: 'x-csrf-token',
          allowedOrigins: new Set(),
          excludedPaths: [],
          cookie: { secure: true, sameSite: 'strict', domain: undefined, path: '/' },
        },
      },
      tokenDelivery: {
        method: 'json',
        cookieNames: {
          access: 'nauth_access_token',
          refresh: 'nauth_refresh_token',
          device: 'nauth_device_token',
        },
        cookie: { secure: true, sameSite: 'strict', domain: undefined, path: '/' },
        refreshCookiePath: '/',
        refreshCookieFollowsMount: false,
        webOrigins: new Set(),
        nativeOrigins: new Set(),
        refreshTtlMs: { cookies: 604_800_000, json: 604_800_000 },
      },
      geoLocation: { locator: undefined, maxMind: undefined },
      session: { maxConcurrent: 5, maxLifetimeMs: 2_592_000_000, idleTimeoutMs: undefined },
      auditLogs: {
        enabled: true,
        mustAudit: false,
        retentionMs: undefined,
        truncateIp: false,
        tenant: 'default',
        redactLog: true,
      },
      hooks: { timeoutMs: 3000, handlers: {} },
      shutdown: { drainDelayMs: 0, timeoutMs: 10_000 },
      routes: {
        enabled: false,
        prefix: 'auth',
        groups: ['core', 'profile', 'device', 'mfa', 'audit'],
        exclude: [],
      },
      logger: undefined,
    });
    expect({ ...jwt, signingKey: undefined, verificationKeys: undefined }).toEqual({
      algorithm: 'HS256',
      issuer: undefined,
      audience: undefined,
      accessTokenTtlMs: 900_000,
      refreshToken: { secrets: [REFRESH], ttlMs: 604_800_000, reuseDetection: true, graceMs: 10_000 },
    });
    expect(jwt.signingKey.key.export().toString()).toBe(ACCESS);
    expect(clock).toBe(systemClock);
    expect(encryption.current).toBe('derived');
    expect(encryption.keys.get('derived')).toEqual(deriveKey(REFRESH, 'nauth encryption key'));
  });

  it('come also from options that are undefined', () => {
    const sparse = {
      ...minimal,
      session: undefined,
      password: { minLength: undefined },
      database: undefined,
    };
    expect(resolveConfig(sparse, development)).toEqual(resolveConfig(minimal, development));
  });

  it('follow NODE_ENV', () => {
    const before = process.env['NODE_ENV'];
    try {
      process.env['NODE_ENV'] = 'production';
      expect(() => resolveConfig(minimal)).toThrow('encryption.keys: is missing');
      process.env['NODE_ENV'] = 'test';
      expect(resolveConfig(minimal).encryption.current).toBe('derived');
    } finally {
      if (before === undefined) delete process.env['NODE_ENV'];
      else process.env['NODE_ENV'] = before;
    }
  });

  it('has a token to inject the result with', () => expect(RESOLVED_CONFIG.toString()).toContain('nauth'));
});

describe('the error', () => {
  it('is readable: a count, then path, what is wrong and the fix of each problem, in the order of the sections', () => {
    const input = {
      session: { idleTimout: '5m' },
      jwt: { accessToken: { secret: 'too-short' }, refreshToken: { secret: REFRESH, graceSeconds: 61 } },
    };
    expect(() => resolveConfig(input, development)).toThrow(
      new NAuthConfigError([
        {
          path: 'jwt.refreshToken.graceSeconds',
          message: 'must be a whole number from 0 to 60 seconds (another number was given)',
        },
        {
          path: 'jwt.accessToken.secret',
          message: 'must have at least 32 bytes, it has 9; use random bytes: openssl rand -base64 32',
        },
        { path: 'session.idleTimout', message: 'is not an option; did you mean idleTimeout?' },
      ]),
    );
    expect(() => resolveConfig(input, development)).toThrow(
      /^nauth-toolkit: the configuration has 3 problems:\n {2}- jwt\..*\n {2}- jwt\..*\n {2}- session\..*$/,
    );
  });

  it('has the name of its class and speaks of one problem in the singular', () => {
    const error = new NAuthConfigError([{ path: 'a', message: 'b' }]);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('NAuthConfigError');
    expect(error.message).toBe('nauth-toolkit: the configuration has 1 problem:\n  - a: b');
  });

  it('reports rules of one section although another section, and another option of its own, has the wrong form', () => {
    const input = {
      jwt: { algorithm: 'none', accessToken: { secret: 'short' }, refreshToken: { secret: ACCESS } },
      password: { hasher: 7, minLength: 200 },
      tokenDelivery: { method: 'carrier-pigeon', cookieOptions: { secure: 'no', sameSite: 'none' } },
      session: [],
      security: { trustedProxies: ['*'], csrf: 1 },
      encryption: { keys: { k1: 'short' }, current: 'k2' },
    };
    expect(pathsOf(input, production).sort()).toEqual(
      [
        'jwt.algorithm',
        'jwt.accessToken.secret',
        'encryption.keys.k1',
        'encryption.current',
        'password.hasher',
        'password.minLength',
        'tokenDelivery.method',
        'tokenDelivery.cookieOptions.secure',
        'session',
        'security.trustedProxies[0]',
        'security.csrf',
      ].sort(),
    );
  });

  it('says nothing twice: an option of the wrong form is not reported as missing too', () => {
    const input = { jwt: { accessToken: { secret: 1 }, refreshToken: { secret: null } } };
    expect(pathsOf(input)).toEqual(['jwt.accessToken.secret', 'jwt.refreshToken.secret']);
    expect(pathsOf({ jwt: 'x' })).toEqual(['jwt']);
    expect(pathsOf({ ...minimal, encryption: { keys: 5 } }, production)).toEqual(['encryption.keys']);
  });

  it.each([undefined, null, [], 'text', 7, new Map(), Promise.resolve(minimal), () => minimal])(
    'refuses %s in the place of the configuration',
    (input) => expect(pathsOf(input)).toEqual(['configuration']),
  );

  it('names the two secrets that an empty configuration lacks', () => {
    const expected = ['jwt.refreshToken.secret', 'jwt.accessToken.secret'];
    expect(pathsOf({})).toEqual(expected);
    expect(pathsOf({ jwt: {} })).toEqual(expected);
  });

  it('stays one line for each problem whatever an option is called', () => {
    const input = { ...minimal, ['x\n  - jwt: fine\u202e' + 'y'.repeat(500)]: 1 };
    const message = problemsOf(input)[0]?.path ?? '';
    expect(message).not.toMatch(/[\n\u202e]/);
    expect(message.length).toBeLessThan(100);
  });
});

describe('unknown options', () => {
  it.each([
    [{ pasword: {} }, 'pasword', 'did you mean password?'],
    [{ jwt: { ...minimal.jwt, alogrithm: 'HS256' } }, 'jwt.alogrithm', 'did you mean algorithm?'],
    [
      { tokenDelivery: { cookieOptions: { samesite: 'lax' } } },
      'tokenDelivery.cookieOptions.samesite',
      'sameSite',
    ],
    [{ database: { type: 'sqlite', url: 'x', poolsize: 3 } }, 'database.poolsize', 'did you mean poolSize?'],
    [{ lockout: { frobnicate: 1 } }, 'lockout.frobnicate', 'is not an option; leave it out'],
    [
      { jwt: { ...minimal.jwt, keys: { old: { secrt: ENCRYPTION } } } },
      'jwt.keys.old.secrt',
      'did you mean secret?',
    ],
  ])('%j is a problem with a suggestion', (part, path, message) => {
    const found = problemsOf({ ...minimal, ...part }).find((problem) => problem.path === path);
    expect(found?.message).toContain(message);
  });

  it('that are listed for later versions are refused as such', () => {
    const names = ['social', 'recaptcha', 'apiKeys'];
    const later = {
      ...Object.fromEntries(names.map((name) => [name, {}])),
      logger: { logLevel: 'log' },
    };
    const problems = problemsOf({ ...minimal, ...later });
    expect(problems).toHaveLength(names.length + 1);
    for (const { message } of problems)
      expect(message).toBe('is not supported by this version yet; leave it out');
  });

  it('are no way around the check through a prototype-polluting name', () => {
    const input: unknown = JSON.parse(
      `{"__proto__": {"tablePrefix": "x"}, "jwt": ${JSON.stringify(minimal.jwt)}}`,
    );
    const paths = pathsOf(input);
    expect(paths).toEqual(['__proto__']);
    expect(Reflect.get({}, 'tablePrefix')).toBeUndefined();
  });
});

describe('the result', () => {
  it('is frozen all the way down', () => {
    const config = resolveConfig({ ...minimal, routes: { exclude: ['a'] } }, development);
    const unfrozen: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && !Array.isArray(value)) return;
      if (!Object.isFrozen(value)) unfrozen.push(path);
      for (const [key, child] of Object.entries(value)) visit(child, `${path}.${key}`);
    };
    visit(config, 'config');
    expect(unfrozen.filter((path) => path !== 'config.clock')).toEqual([]);
  });

  it('leaves what belongs to the host alone', () => {
    const clock = { now: () => 0, offset: 0 };
    const instance = { log() {}, warn() {}, error() {}, lines: [] };
    const hasher = { hash: () => Promise.resolve(''), verify: () => Promise.resolve(true), calls: 0 };
    const source = { has: () => Promise.resolve(false), calls: 0 };
    const contextWords = ['example'];
    const database = { type: 'postgres', host: 'db', entities: [] };
    const input = {
      ...minimal,
      clock,
      database,
      logger: { instance },
      password: { hasher, contextWords, breachCheck: { source } },
      routes: { groups: ['core'], exclude: ['x'] },
      jwt: { ...minimal.jwt, audience: ['a'] },
    };
    const config = resolveConfig(input, development);
    expect([config.clock, config.logger, config.password.hasher, config.database]).toEqual([
      clock,
      instance,
      hasher,
      database,
    ]);
    const mine = [
      clock,
      instance,
      hasher,
      source,
      contextWords,
      database,
      input,
      input.jwt,
      input.jwt.audience,
      input.routes.groups,
    ];
    for (const value of [...mine, input.routes.exclude]) expect(Object.isFrozen(value)).toBe(false);
    expect(Object.isFrozen(systemClock)).toBe(false);
  });

  it('accepts an instance of a class as configuration, its getters included', () => {
    class Configuration {
      readonly session = { maxConcurrent: 2 };
      get jwt() {
        return minimal.jwt;
      }
    }
    expect(resolveConfig(new Configuration(), development).session.maxConcurrent).toBe(2);
  });
});
