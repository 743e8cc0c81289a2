import type { LoggerService } from '@nestjs/common';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { ResolvedAuditOptions } from '../audit';
import type { ResolvedChallengeOptions } from '../challenges';
import type { Clock } from '../common';
import type { ResolvedGeoLocationOptions } from '../context';
import type { ResolvedSecurityOptions, ResolvedTokenDeliveryOptions } from '../context/delivery.options';
import type { ResolvedHookOptions } from '../hooks';
import type { ResolvedLockoutOptions } from '../lockout/lockout.options';
import type { ResolvedMfaOptions } from '../mfa/mfa.options';
import type { ResolvedNotificationOptions } from '../notifications';
import type { ResolvedPasswordOptions } from '../password/password.options';
import type { ResolvedMessageLimits, ResolvedRateLimitsOptions } from '../rate-limit';
import type { ResolvedRoutesOptions } from '../routes/route.options';
import type { ResolvedSessionOptions } from '../sessions';
import type { ResolvedShutdownOptions } from '../shutdown';
import type { TransientStore } from '../storage';
import type { ResolvedJwtOptions } from '../tokens/jwt.options';
import type { ResolvedLoginOptions, ResolvedSignupOptions } from '../users';
import type { DatabaseOptions } from './nauth-config';

/** The checked configuration with every default filled in. Frozen. */
export interface ResolvedConfig {
  readonly tablePrefix: string;
  readonly migrations: { readonly autoRun: boolean };
  readonly database: DataSource | DataSourceOptions | DatabaseOptions | undefined;
  readonly jwt: Readonly<ResolvedJwtOptions>;
  /** Keys by id, the current one named. */
  readonly encryption: { readonly current: string; readonly keys: ReadonlyMap<string, Uint8Array> };
  readonly storageAdapter: 'database' | 'memory' | TransientStore;
  readonly signup: Readonly<ResolvedSignupOptions>;
  readonly login: Readonly<ResolvedLoginOptions>;
  readonly password: Readonly<ResolvedPasswordOptions>;
  readonly lockout: Readonly<ResolvedLockoutOptions>;
  readonly rateLimits: ResolvedRateLimitsOptions & { readonly messages: ResolvedMessageLimits };
  readonly security: Readonly<ResolvedSecurityOptions>;
  readonly tokenDelivery: Readonly<ResolvedTokenDeliveryOptions>;
  readonly geoLocation: Readonly<ResolvedGeoLocationOptions>;
  readonly session: Readonly<ResolvedSessionOptions>;
  readonly notifications: Readonly<ResolvedNotificationOptions>;
  readonly mfa: Readonly<ResolvedMfaOptions>;
  readonly shutdown: Readonly<ResolvedShutdownOptions>;
  readonly auditLogs: Readonly<ResolvedAuditOptions>;
  readonly challenge: Readonly<ResolvedChallengeOptions>;
  readonly hooks: Readonly<ResolvedHookOptions>;
  readonly routes: Readonly<ResolvedRoutesOptions>;
  readonly logger: LoggerService | undefined;
  readonly clock: Clock;
}
