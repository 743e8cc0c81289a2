import type { HarnessFile } from '../../hosts/harness-file';
import type { DatabaseOptions } from '../../../lib/config/nauth-config';
import type { Delivery } from './world';

/** The longest there may be. */
export const GRACE_SECONDS = 60;

/** The configuration that the topics are written for. */
export function serverFile({ type, url, poolSize }: DatabaseOptions, method: Delivery): HarnessFile {
  return {
    database: { type, url, poolSize },
    tokenDelivery: { method },
    session: { maxConcurrent: 3, maxLifetime: '10d' },
    jwt: {
      issuer: 'https://api.example.com',
      audience: 'https://api.example.com',
      accessToken: { expiresIn: '15m' },
      refreshToken: {
        expiresIn: '7d',
        graceSeconds: GRACE_SECONDS,
        secret: 'e2e-refresh-Zq8Xv4Tn8Ls3Mb6Yc1Hd5Gf0Jp7w2R',
      },
    },
    // All visitors make their mistakes at one address.
    signup: {
      emailVerification: { maxAttemptsPerIP: 10_000 },
      phoneVerification: { maxAttemptsPerIP: 10_000 },
    },
    password: {
      contextWords: ['Nauth Shop'],
      historyCount: 2,
      expiryDays: 700,
      passwordReset: { baseUrl: 'https://app.example.com/reset' },
    },
    routes: { groups: ['core', 'profile', 'device', 'mfa', 'audit', 'admin'] },
    lockout: { maxAttempts: 5, duration: '15m' },
    // All visitors come from one address.
    rateLimits: {
      login: { network: false },
      refresh: { network: false },
      passwordReset: { network: false },
      messages: { email: { network: false }, sms: { network: false } },
    },
    mfa: {
      enabled: true,
      passkey: { rpName: 'Nauth Shop', rpId: 'app.example.com', origin: ['https://app.example.com'] },
    },
    geo: { '127.0.0.1': { country: 'CH', region: 'ZH', city: 'Zürich' } },
    security: { csrf: { allowedOrigins: ['https://app.example.com'] } },
  };
}
