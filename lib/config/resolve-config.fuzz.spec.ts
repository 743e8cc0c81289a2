import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NAuthConfigError } from './config-error';
import { hookNames } from '../hooks';
import { isWithin } from './config-path';
import { configSchema } from './config.schema';
import { resolveConfig } from './resolve-config';
import { leafPaths } from './schema-tree';
import { databaseAddressSchema } from './sections/database.schema';

const CANARY = 'CANARY-7f3a';
const secretFor = (letter: string): string => `${letter}pG0vT9bRk2xWq7LzYc4mHd8sNf3jUa1e`;
const pem = (type: 'pkcs8' | 'spki'): string => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return type === 'pkcs8'
    ? privateKey.export({ type, format: 'pem' }).toString()
    : publicKey.export({ type, format: 'pem' }).toString();
};

const store = Object.fromEntries(
  ['increment', 'decrement', 'set', 'setIfAbsent', 'get', 'take', 'compareAndDelete', 'delete', 'expire'].map(
    (name) => [name, () => Promise.resolve(null)],
  ),
);
const hasher = { hash: () => Promise.resolve(''), verify: () => Promise.resolve(false) };
const cookie = { 'cookieOptions.secure': [true], 'cookieOptions.sameSite': ['strict', 'lax', 'none'] };
const cookieText = { 'cookieOptions.domain': ['example.com'], 'cookieOptions.path': ['/', '/api'] };
const below = (path: string, samples: Record<string, unknown[]>): Record<string, unknown[]> =>
  Object.fromEntries(Object.entries(samples).map(([key, values]) => [`${path}.${key}`, values]));
const durations = ['15m', 900, '1.5h', '2 d'];

const verificationSamples = {
  codeLength: [6, 10],
  expiresIn: ['1s', '10m', 600],
  maxAttempts: [1, 10],
  resendDelay: durations,
  rateLimitMax: [1, 1000],
  rateLimitWindow: durations,
  maxAttemptsPerUser: [1, 1000],
  maxAttemptsPerIP: [1, 1000],
  attemptWindow: durations,
};

const resetSamples = {
  codeLength: [6, 10],
  expiresIn: ['1s', '1h', 3600],
  maxAttempts: [1, 5],
  baseUrl: ['https://app.example.com/reset', 'https://app.example.com/?page=reset'],
};

/** Values that each option takes. Whatever is of another type must be refused. */
const samples: Record<string, unknown[]> = {
  tablePrefix: ['auth_'],
  'migrations.autoRun': [true, false],
  'database.type': ['postgres'],
  'database.url': ['postgres://user:pass@host/db', 'postgresql://host/db'],
  'database.poolSize': [1, 100],
  'database.schema': ['auth'],
  'database.ssl': [true, false, { rejectUnauthorized: false }],
  'jwt.algorithm': ['HS256'],
  'jwt.issuer': ['https://auth.example.com'],
  'jwt.audience': ['app', ['app', 'admin']],
  'jwt.accessToken.secret': [secretFor('x')],
  'jwt.accessToken.privateKey': [],
  'jwt.accessToken.publicKey': [],
  'jwt.accessToken.kid': ['2026-10'],
  'jwt.accessToken.expiresIn': durations,
  'jwt.keys.<id>.secret': [secretFor('o')],
  'jwt.keys.<id>.publicKey': [],
  'jwt.refreshToken.secret': [secretFor('y')],
  'jwt.refreshToken.previousSecrets': [[], [secretFor('z')]],
  'jwt.refreshToken.expiresIn': ['7d', 60],
  'jwt.refreshToken.reuseDetection': [true, false],
  'jwt.refreshToken.graceSeconds': [0, 10, 60],
  'encryption.keys': [{ k1: secretFor('e'), k2: secretFor('f') }],
  'encryption.current': ['k1'],
  storageAdapter: ['database', 'memory', store],
  'signup.enabled': [true, false],
  'signup.verificationMethod': ['none', 'email', 'phone', 'both'],
  'signup.allowDuplicatePhones': [true, false],
  'signup.discloseExisting': [true, false],
  ...below('signup.emailVerification', {
    ...verificationSamples,
    baseUrl: ['https://app.example.com/verify', 'https://app.example.com/?page=verify'],
  }),
  ...below('signup.phoneVerification', verificationSamples),
  'login.identifierType': ['email', 'username', 'phone', 'email_or_username'],
  'password.minLength': [8, 15],
  'password.maxLength': [64, 1024],
  ...below('password', {
    requireUppercase: [true, false],
    requireLowercase: [true, false],
    requireNumbers: [true, false],
    requireSpecialChars: [true, false],
    specialChars: ['!?-', '\u20ac'],
    preventCommon: [true, false],
    preventUserInfo: [true, false],
    contextWords: [[], ['Example', 'app']],
    preventBreached: [true, false],
    'breachCheck.baseUrl': ['https://breaches.example.com/range', 'https://127.0.0.1:8443/'],
    'breachCheck.timeout': ['1s', '1.5s', 2],
    'breachCheck.onFailure': ['allow', 'refuse'],
    'breachCheck.source': [{ has: () => Promise.resolve(false) }],
    historyCount: [0, 24],
    expiryDays: [0, 90, 3650],
  }),
  'password.hasher': ['bcrypt', 'argon2id', hasher],
  'password.bcryptCost': [10, 16],
  'password.argon2.memoryCost': [19_456, 1_048_576],
  'password.argon2.timeCost': [2, 16],
  'password.argon2.parallelism': [1, 16],
  ...below('password.passwordReset', {
    ...resetSamples,
    rateLimitMax: [1, 1000],
    rateLimitWindow: durations,
  }),
  ...below('password.adminReset', resetSamples),
  'password.hashing.concurrency': [1, 8],
  'password.hashing.maxQueue': [0, 10],
  'password.hashing.maxWait': durations,
  'challenge.maxAttempts': [1, 10],
  'challenge.expiresIn': ['1s', '15m', 900],
  'lockout.enabled': [true, false],
  'lockout.maxAttempts': [1, 50],
  'lockout.attemptWindow': durations,
  'lockout.duration': durations,
  'lockout.maxDuration': ['2 d', 200_000],
  'lockout.resetOnSuccess': [true, false],
  'rateLimits.login.network.max': [1, 10_000],
  'rateLimits.login.network.window': durations,
  'rateLimits.login.flood.alert': [1, 1000],
  'rateLimits.login.flood.restrict': [100, 10_000],
  'rateLimits.login.flood.unknownClients': [0, 600],
  'rateLimits.login.flood.window': durations,
  'rateLimits.refresh.network.max': [1, 10_000],
  'rateLimits.refresh.network.window': durations,
  'rateLimits.passkey.network.max': [1, 10_000],
  'rateLimits.passkey.network.window': durations,
  'rateLimits.messages.email.recipient.max': [1, 10_000],
  'rateLimits.messages.email.recipient.window': durations,
  'rateLimits.messages.email.account.max': [1, 10_000],
  'rateLimits.messages.email.account.window': durations,
  'rateLimits.messages.email.network.max': [1, 10_000],
  'rateLimits.messages.email.network.window': durations,
  'rateLimits.messages.email.all.max': [1, 10_000],
  'rateLimits.messages.email.all.window': durations,
  'rateLimits.messages.sms.recipient.max': [1, 10_000],
  'rateLimits.messages.sms.recipient.window': durations,
  'rateLimits.messages.sms.account.max': [1, 10_000],
  'rateLimits.messages.sms.account.window': durations,
  'rateLimits.messages.sms.network.max': [1, 10_000],
  'rateLimits.messages.sms.network.window': durations,
  'rateLimits.messages.sms.all.max': [1, 10_000],
  'rateLimits.messages.sms.all.window': durations,
  'rateLimits.signup.network.max': [1, 10_000],
  'rateLimits.signup.network.window': durations,
  'rateLimits.passwordReset.network.max': [1, 10_000],
  'rateLimits.passwordReset.network.window': durations,
  'security.maskSensitiveData': [true, false],
  'security.trustedProxies': [0, 2, [], ['10.0.0.0/8', '::1', 'loopback']],
  ...below('security.csrf', {
    cookieName: ['csrf'],
    headerName: ['x-csrf'],
    allowedOrigins: [[], ['https://app.example.com']],
    excludedPaths: [[], ['/webhooks']],
    ...cookie,
    ...cookieText,
  }),
  ...below('tokenDelivery', {
    method: ['hybrid'],
    cookieNamePrefix: ['app_', ''],
    ...cookie,
    ...cookieText,
    refreshCookiePath: ['/', '/api/auth'],
    'hybridPolicy.webOrigins': [[], ['https://app.example.com']],
    'hybridPolicy.nativeOrigins': [[], ['capacitor://localhost']],
    'hybridPolicy.cookieRefreshExpiresIn': durations,
    'hybridPolicy.jsonRefreshExpiresIn': durations,
  }),
  'geoLocation.locator': [{ locate: () => Promise.resolve(null) }],
  'geoLocation.maxMind.dbPath': ['geoip', 'City.mmdb'],
  'geoLocation.maxMind.editions': [['GeoLite2-City'], ['GeoIP2-City', 'GeoLite2-Country']],
  'session.maxConcurrent': [0, 1, 100],
  'session.disallowMultipleSessions': [true, false],
  'session.maxLifetime': ['30d', '90d'],
  'session.idleTimeout': durations,
  emailProvider: [{ send: () => Promise.resolve() }],
  ...below('email.globalVariables', {
    appName: ['Example'],
    companyName: ['Example Ltd'],
    companyAddress: ['1 Main Street, Example'],
    supportEmail: ['help@example.com'],
    brandColor: ['#3e5c76', '#abc'],
    logoUrl: ['https://example.com/logo.png'],
    dashboardUrl: ['http://localhost:4200/account'],
    footerDisclaimer: ['You get this message because you have an account.'],
  }),
  'email.templates': [{}, { welcome: { subject: 'Hi', html: '<p>{{userName}}</p>', text: '{{userName}}' } }],
  'email.languages': [{}, { de: { welcome: { subject: 'Hallo', html: '<p>Hallo</p>', text: 'Hallo' } } }],
  ...below(
    'emailNotifications.suppress',
    Object.fromEntries(
      [
        ...['welcome', 'passwordChanged', 'newDevice', 'sessionsRevoked', 'accountLockout'],
        ...['accountDisabled', 'accountEnabled', 'emailChangedOld', 'emailChangedNew', 'phoneChanged'],
        ...['mfaFirstEnabled', 'mfaMethodAdded', 'mfaDeviceRemoved', 'mfaWrongCodes'],
        'adaptiveMfaRiskDetected',
      ].map((name) => [name, [true, false]]),
    ),
  ),
  smsProvider: [{ send: () => Promise.resolve() }],
  'sms.templates': [{}, { verification: 'Code: {{code}}' }],
  'sms.languages': [{}, { 'de-AT': { mfa: 'Dein Code: {{code}}' } }],
  'sms.allowedCountries': ['all', ['DE', 'AT']],
  'shutdown.drainDelay': ['1s', 5],
  'shutdown.timeout': ['30s', 60],
  'auditLogs.enabled': [true, false],
  ...below('mfa', {
    enabled: [true, false],
    enforcement: ['OPTIONAL', 'REQUIRED', 'ADAPTIVE'],
    gracePeriod: [0, 365],
    requireForSocialLogin: [true, false],
    allowedMethods: [['totp'], ['sms', 'email', 'totp']],
    issuer: ['Example'],
    'totp.window': [0, 2],
    'totp.stepSeconds': [15, 120],
    'totp.digits': [6, 8],
    'totp.algorithm': ['sha1', 'sha256', 'sha512'],
    'passkey.rpName': ['Example'],
    'passkey.rpId': ['example.com'],
    'passkey.origin': [['https://example.com']],
    'passkey.timeout': [10_000, 600_000],
    'passkey.userVerification': ['required', 'preferred', 'discouraged'],
    'backup.enabled': [true, false],
    'backup.codeCount': [1, 50],
    'backup.codeLength': [10, 64],
    rememberDevices: ['never', 'always', 'user_opt_in'],
    rememberDeviceDays: [1, 365],
    bypassMFAForTrustedDevices: [true, false],
    'adaptive.triggers': [['new_device'], ['new_ip', 'new_country']],
    'adaptive.riskWeights.new_device': [0, 100],
    'adaptive.riskWeights.new_ip': [0, 100],
    'adaptive.riskWeights.new_country': [0, 100],
    'adaptive.riskWeights.impossible_travel': [0, 100],
    'adaptive.riskWeights.suspicious_activity': [0, 100],
    'adaptive.riskWeights.recent_password_reset': [0, 100],
    'adaptive.riskLevels.low.maxScore': [0, 50],
    'adaptive.riskLevels.low.action': ['allow', 'require_mfa', 'block_signin'],
    'adaptive.riskLevels.low.notifyUser': [true, false],
    'adaptive.riskLevels.medium.maxScore': [20, 100],
    'adaptive.riskLevels.medium.action': ['allow', 'require_mfa', 'block_signin'],
    'adaptive.riskLevels.medium.notifyUser': [true, false],
    'adaptive.riskLevels.high.maxScore': [50, 100],
    'adaptive.riskLevels.high.action': ['allow', 'require_mfa', 'block_signin'],
    'adaptive.riskLevels.high.notifyUser': [true, false],
    'adaptive.blockedSignIn.scope': ['ip', 'device', 'user'],
    'adaptive.blockedSignIn.blockDuration': durations,
    'adaptive.blockedSignIn.message': ['Ask the help desk.'],
    'adaptive.maxTravelSpeed': [1, 1000],
    'adaptive.suspiciousActivityWindow': durations,
  }),
  'hooks.timeout': ['3s', 60],
  ...below(
    'hooks',
    Object.fromEntries(hookNames.map((name) => [name, [() => undefined, [() => undefined]]])),
  ),
  'auditLogs.mustAudit': [true, false],
  'auditLogs.retentionDays': [1, 365],
  'auditLogs.truncateIp': [true, false],
  'auditLogs.tenant': ['acme', () => 'acme'],
  'routes.enabled': [true, false],
  'routes.prefix': ['auth', '/api/v1/auth/', ''],
  'routes.groups': [[], ['core', 'device']],
  'routes.exclude': [[], ['signup']],
  'logger.instance': [console],
  'logger.enablePiiRedaction': [true, false],
  clock: [{ now: () => 0 }],
};

const hostile: [string, unknown][] = [
  ['null', null],
  ['a text', CANARY],
  ['an empty text', ''],
  ['a text with a line break', `${CANARY}\n  - x: y`],
  ['a huge text', CANARY.repeat(20_000)],
  ['a negative number', -1],
  ['a negative duration', '-15m'],
  ['a huge number', 1e308],
  ['an unsafe integer', 2 ** 60],
  ['infinity', Infinity],
  ['NaN', NaN],
  ['a fraction', 0.5],
  ['true', true],
  ['a bigint', 10n],
  ['a symbol', Symbol(CANARY)],
  ['a function', () => CANARY],
  ['a list', [CANARY]],
  ['a list of lists', [[CANARY]]],
  ['a sparse list', new Array(3)],
  ['an object', { [CANARY]: CANARY }],
  ['an object without prototype', Object.assign(Object.create(null), { a: CANARY })],
  ['a map', new Map([[CANARY, CANARY]])],
  ['a date', new Date(0)],
  ['a promise', Promise.resolve(CANARY)],
];

/** A valid configuration with one option set; whatever that option needs around it is there. */
function configWith(path: string, value: unknown): unknown {
  const base: Record<string, unknown> = {
    jwt: { accessToken: { secret: secretFor('a') }, refreshToken: { secret: secretFor('r') } },
    encryption: { keys: { k1: secretFor('k') } },
  };
  if (path.startsWith('database.')) base['database'] = { type: 'postgres', url: 'postgres://host/db' };
  if (path.startsWith('mfa.passkey.')) {
    base['mfa'] = { passkey: { rpId: 'example.com', origin: ['https://example.com'] } };
  }
  if (path === 'smsProvider') base['sms'] = { allowedCountries: 'all' };
  if (path === 'signup.verificationMethod') {
    const provider = { send: () => Promise.resolve() };
    Object.assign(base, { emailProvider: provider, smsProvider: provider, sms: { allowedCountries: 'all' } });
  }
  if (path.startsWith('tokenDelivery.hybrid')) base['tokenDelivery'] = { method: 'hybrid' };
  const keys = path.replace('<id>', 'old').split('.');
  const last = keys.pop() ?? '';
  let node = base;
  for (const key of keys) {
    const next = node[key];
    node[key] = typeof next === 'object' && next !== null ? { ...next } : {};
    node = node[key] as Record<string, unknown>;
  }
  node[last] = value;
  return base;
}

function outcome(path: string, value: unknown, production: boolean): NAuthConfigError | undefined {
  try {
    resolveConfig(configWith(path, value), { production });
    return undefined;
  } catch (error) {
    if (error instanceof NAuthConfigError) return error;
    throw error;
  }
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
}

function check(
  path: string,
  inside: string,
  value: unknown,
  accepted: unknown[],
  production: boolean,
  name: string,
): void {
  const error = outcome(path, value, production);
  const fits = accepted.some((sample) => typeName(sample) === typeName(value));
  if (!fits) expect(error, name).toBeDefined();
  if (!error) return;
  expect(
    error.problems.some((problem) => isWithin(problem.path, inside)),
    name,
  ).toBe(true);
  const texts = error.problems.map((problem) => problem.message).join('\n');
  // The name of an unknown option is told; what was given as a value never is.
  expect(typeName(value) === 'object' ? texts : error.message, name).not.toContain(CANARY);
  expect(texts, name).not.toMatch(/Invalid|undefined|\[object|NaN/);
  expect(error.message.length, name).toBeLessThan(4000);
  expect(error.message.split('\n'), name).toHaveLength(error.problems.length + 1);
}

const databaseLeaves = leafPaths(databaseAddressSchema, 'database');
const options = [...leafPaths(configSchema).filter((path) => path !== 'database'), ...databaseLeaves];

describe('configuration fuzz (FUZZ-3)', () => {
  it('knows samples of every option, and of no other', () => {
    expect(Object.keys(samples).sort()).toEqual([...options].sort());
  });

  describe.each(options)('%s', (path) => {
    const inside = path.replace('<id>', 'old');
    const accepted = samples[path] ?? [];

    it('may be left out where it has a default, and takes its samples', () => {
      const required = ['secret', 'publicKey', 'url', 'keys', 'type', 'rpId', 'origin'].includes(
        path.split('.').at(-1) ?? '',
      );
      if (!required) expect(outcome(path, undefined, true)?.message).toBeUndefined();
      for (const sample of accepted) expect(outcome(path, sample, true)?.message).toBeUndefined();
    });

    it('given anything else: taken, or refused by name and without the value', () => {
      for (const [name, value] of hostile) {
        check(path, inside, value, accepted, false, name);
        check(path, inside, value, accepted, true, name);
      }
    });
  });

  it('reports as many wrong options as there are, all at once', () => {
    const wrong = options.filter((path) => !path.startsWith('jwt.keys') && !path.startsWith('database.'));
    const all: Record<string, unknown> = {};
    for (const path of wrong) {
      let node = all;
      const keys = path.split('.');
      for (const key of keys.slice(0, -1)) node = (node[key] ??= {}) as Record<string, unknown>;
      node[keys.at(-1) ?? ''] = null;
    }
    const error = (() => {
      try {
        return resolveConfig({ ...all, database: null }, { production: true });
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(NAuthConfigError);
    if (!(error instanceof NAuthConfigError)) return;
    const paths = error.problems.map((problem) => problem.path);
    for (const path of [...wrong, 'database']) expect(paths).toContain(path);
  });

  it('never tells a secret that is too short, a placeholder, no PEM, or has the wrong name', () => {
    const secrets = [CANARY, `${CANARY}-changeme-secret-secret-secret`, CANARY.repeat(10)];
    for (const secret of secrets) {
      const input = {
        jwt: {
          algorithm: 'ES256',
          accessToken: { secret, privateKey: `-----BEGIN PRIVATE KEY-----\n${secret}`, publicKey: secret },
          refreshToken: { secret, previousSecrets: [secret], scret: secret },
          keys: { old: { secret, publicKey: pem('spki').replace('MF', secret) } },
        },
        encryption: { keys: { k1: secret }, current: secret },
        database: { type: 'postgres', url: `postgres://u:${secret}@`, password: 1, passwort: secret },
      };
      expect(() => resolveConfig(input, { production: true })).toThrow(NAuthConfigError);
      expect(() => resolveConfig(input, { production: true })).not.toThrow(CANARY);
    }
  });
});
