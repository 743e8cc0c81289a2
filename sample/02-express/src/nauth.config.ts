import type { DatabaseOptions, NAuthConfig } from '@nauth-toolkit/express';
import type { Environment } from './environment';
import { hooks } from './hooks';

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
        rpName: 'Express sample',
        rpId: new URL(environment.webOrigin).hostname,
        origin: [environment.webOrigin],
      },
    },
    // What src/auth.router.ts does not handle: challenges, second factors, passkeys.
    routes: { enabled: true },
    hooks,
  };
}

function databaseOptions(url: string | undefined): DatabaseOptions {
  if (url === undefined) return { type: 'sqlite', url: 'sample.sqlite' };
  return { type: /^postgres(ql)?:/.test(url) ? 'postgres' : 'mysql', url };
}
