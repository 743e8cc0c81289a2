import type { HarnessFile } from '../../hosts/harness-file';
import type { DatabaseOptions } from '../../../lib/config/nauth-config';
import type { Delivery } from './world';

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
        graceSeconds: 10,
        secret: 'e2e-refresh-Zq8Xv4Tn8Ls3Mb6Yc1Hd5Gf0Jp7w2R',
      },
    },
    password: { contextWords: ['Nauth Shop'] },
    lockout: { maxAttempts: 5, duration: '15m' },
    // All visitors come from one address.
    rateLimits: { login: { network: false }, refresh: { network: false } },
    geo: { '127.0.0.1': { country: 'CH', region: 'ZH', city: 'Zürich' } },
    security: { csrf: { allowedOrigins: ['https://app.example.com'] } },
  };
}
