/** Where backends mount the authentication routes unless the application says otherwise. */
export const defaultBasePath = '/auth';

/** Paths below the address of the authentication routes (wire contract). `:name` stands for a value in the path. */
export const defaultEndpoints = {
  signup: '/signup',
  login: '/login',
  respondToChallenge: '/respond-challenge',
  resendCode: '/challenge/resend',
  setupData: '/challenge/setup-data',
  challengeData: '/challenge/challenge-data',
  refresh: '/refresh',
  logout: '/logout',
  logoutAll: '/logout/all',
  profile: '/profile',
  confirmEmail: '/profile/email/confirm',
  confirmPhone: '/profile/phone/confirm',
  changePassword: '/change-password',
  forgotPassword: '/forgot-password',
  confirmForgotPassword: '/forgot-password/confirm',
  confirmAdminResetPassword: '/reset-password/confirm',
  sessions: '/sessions',
  session: '/sessions/:sessionId',
  stepUp: '/step-up',
  stepUpData: '/step-up/challenge-data',
  trustDevice: '/trust-device',
  isTrustedDevice: '/is-trusted-device',
  trustedDevices: '/trusted-devices',
  trustedDevice: '/trusted-devices/:deviceId',
  auditHistory: '/audit/history',
  mfaSetupData: '/mfa/setup-data',
  mfaVerifySetup: '/mfa/verify-setup',
  mfaChallengeData: '/mfa/challenge-data',
  mfaVerify: '/mfa/verify',
  mfaDevices: '/mfa/devices',
  mfaDevice: '/mfa/devices/:deviceId',
  mfaPreferredDevice: '/mfa/devices/:deviceId/preferred',
  mfaStatus: '/mfa/status',
  mfaAvailableMethods: '/mfa/available-methods',
  mfaBackupCodes: '/mfa/backup-codes/generate',
  passkeyLoginOptions: '/passkey/login/options',
  passkeyLogin: '/passkey/login/verify',
} as const;

export type EndpointName = keyof typeof defaultEndpoints;
export type Endpoints = Record<EndpointName, string>;

/**
 * The address below which the routes are. Without a prefix, a baseUrl that is a bare origin gets the default
 * one; a baseUrl with a path is taken as it is.
 */
export function routesAddress(baseUrl: string, authPathPrefix: string | undefined): string {
  const base = baseUrl.replace(/\/+$/, '');
  const isOrigin = /^([a-z][a-z0-9+.-]*:)?(\/\/[^/]+)?$/i.test(base);
  const prefix = authPathPrefix ?? (isOrigin ? defaultBasePath : '');
  const path = prefix.replace(/^\/+|\/+$/g, '');
  return path ? `${base}/${path}` : base;
}

/** Puts a value into a path, encoded: an id never reaches into the rest of the address. */
export function fillPath(path: string, name: string, value: string): string {
  return path.replace(`:${name}`, () => encodeURIComponent(value));
}

/** Adds a query: a list as a repeated key, an object as `name[field]`. React Native has no complete URLSearchParams. */
export function withQuery(path: string, query: object): string {
  const pairs = Object.entries(query).flatMap(([name, value]: [string, unknown]) => toPairs(name, value));
  return pairs.length > 0 ? `${path}${path.includes('?') ? '&' : '?'}${pairs.join('&')}` : path;
}

function toPairs(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => toPairs(name, entry));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([field, entry]) => toPairs(`${name}[${field}]`, entry));
  return value === undefined || value === null
    ? []
    : [`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`];
}
