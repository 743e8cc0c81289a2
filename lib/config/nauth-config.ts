import type { LoggerService } from '@nestjs/common';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { AuditOptions } from '../audit';
import type { ChallengeOptions } from '../challenges';
import type { Clock } from '../common';
import type { GeoLocationOptions } from '../context';
import type { SecurityOptions, TokenDeliveryOptions } from '../context/delivery.options';
import type { HookOptions } from '../hooks';
import type { LockoutOptions } from '../lockout/lockout.options';
import type { MfaOptions } from '../mfa/mfa.options';
import type {
  EmailNotificationsOptions,
  EmailOptions,
  EmailProvider,
  SmsOptions,
  SMSProvider,
} from '../notifications';
import type { PasswordOptions } from '../password/password.options';
import type { RateLimitsOptions } from '../rate-limit';
import type { RoutesOptions } from '../routes/route.options';
import type { SessionOptions } from '../sessions';
import type { ShutdownOptions } from '../shutdown';
import type { TransientStore } from '../storage';
import type { JwtOptions } from '../tokens/jwt.options';
import type { LoginOptions, SignupOptions } from '../users';

/** A database by its address, for a host without a TypeORM DataSource of its own. */
export interface DatabaseOptions {
  type: 'sqlite' | 'postgres' | 'mysql' | 'mariadb';
  /** A connection URL; for sqlite a file path, a file: URL or ':memory:'. */
  url: string;
  /** Connections at most. Default 10. */
  poolSize?: number;
  /** PostgreSQL: schema of the tables. */
  schema?: string;
  /** Passed to the driver. */
  ssl?: boolean | Record<string, unknown>;
}

/** Configuration of the toolkit, checked as a whole at start and frozen. Durations: '15m'-style text or seconds. */
export interface NAuthConfig {
  /** Prefix of every table. Default 'nauth_'. */
  tablePrefix?: string;
  migrations?: {
    /** Apply pending migrations at start, behind a database lock. Default true. */
    autoRun?: boolean;
  };
  /** An initialised or new DataSource, its options, or an address. Default: the host's DataSource, if it has one. */
  database?: DataSource | DataSourceOptions | DatabaseOptions;
  jwt: JwtOptions;
  encryption?: {
    /** Secrets of at least 32 random bytes by id, for what must be read back and for keyed digests. */
    keys: Record<string, string>;
    /** Id of the key that new data gets. Default: the first. */
    current?: string;
  };
  /** Where short-lived state lives. Default 'database'. */
  storageAdapter?: 'database' | 'memory' | TransientStore;
  signup?: SignupOptions;
  login?: LoginOptions;
  password?: PasswordOptions;
  lockout?: LockoutOptions;
  /** How much one network, or everybody together, may do. */
  rateLimits?: RateLimitsOptions;
  security?: SecurityOptions;
  tokenDelivery?: TokenDeliveryOptions;
  geoLocation?: GeoLocationOptions;
  session?: SessionOptions;
  /** The way out for e-mail. Default: none; outside production e-mail is printed in the log. */
  emailProvider?: EmailProvider;
  email?: EmailOptions;
  emailNotifications?: EmailNotificationsOptions;
  /** The way out for text messages. Default: none; outside production they are printed in the log. */
  smsProvider?: SMSProvider;
  sms?: SmsOptions;
  /** How an instance goes when it is stopped. */
  shutdown?: ShutdownOptions;
  auditLogs?: AuditOptions;
  /** The steps between accepted credentials and tokens. */
  challenge?: ChallengeOptions;
  /** Second factors. */
  mfa?: MfaOptions;
  /** Functions of the application that are called before and after what happens to accounts and sessions. */
  hooks?: HookOptions;
  /** The ready-made routes. */
  routes?: RoutesOptions;
  logger?: {
    /** Default: Nest's Logger. */
    instance?: LoggerService;
    /** Leaves addresses and user agents out of audit events that go to the log. Default true. */
    enablePiiRedaction?: boolean;
  };
  /** The toolkit's source of time. Default: the system clock. */
  clock?: Clock;
}
