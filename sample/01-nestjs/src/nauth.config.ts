import type { DatabaseOptions, NAuthConfig } from '@nauth-toolkit/nestjs';
import type { Environment } from './environment';

export function nauthConfig(environment: Environment): NAuthConfig {
  return {
    database: databaseOptions(environment.databaseUrl),
    jwt: {
      accessToken: { secret: environment.accessTokenSecret },
      refreshToken: { secret: environment.refreshTokenSecret },
    },
    encryption: { keys: { k1: environment.encryptionSecret } },
    tokenDelivery: { method: environment.tokenDelivery },
    mfa: {
      enabled: true,
      passkey: {
        rpName: 'NestJS sample',
        rpId: new URL(environment.webOrigin).hostname,
        origin: [environment.webOrigin],
      },
    },
    // Without an emailProvider e-mails are printed, outside production.
    signup: { verificationMethod: environment.verification },
  };
}

function databaseOptions(url: string | undefined): DatabaseOptions {
  if (url === undefined) return { type: 'sqlite', url: 'sample.sqlite' };
  return { type: /^postgres(ql)?:/.test(url) ? 'postgres' : 'mysql', url };
}
