import { readFileSync } from 'node:fs';
import type { GeoLocation, NAuthConfig, RedisAddress } from '@nauth-toolkit/nestjs';
import type { HarnessHooks } from './harness-hooks';
import { UsageError } from './usage-error';

/** What can be written in JSON of the configuration, and what the harness makes the rest of. */
export type HarnessFile = Partial<
  Omit<
    NAuthConfig,
    'database' | 'storageAdapter' | 'clock' | 'logger' | 'geoLocation' | 'email' | 'sms' | 'hooks'
  >
> & {
  database: HarnessDatabase;
  /** Default: database. */
  storage?: { type: 'memory' | 'database' } | ({ type: 'redis' } & RedisAddress);
  /** Locations of addresses; others have none. Default: no locator. */
  geo?: Record<string, GeoLocation>;
  /** Where e-mail goes, with the options of the toolkit beside it. Default: outbox. */
  email?: HarnessChannel & EmailOptions;
  sms?: HarnessChannel & SmsOptions;
  hooks?: HarnessHooks;
};

export interface HarnessDatabase {
  type: 'sqlite' | 'postgres' | 'mysql' | 'mariadb';
  url: string;
  poolSize?: number;
}

type EmailOptions = NonNullable<NAuthConfig['email']>;
type SmsOptions = NonNullable<NAuthConfig['sms']>;

export interface HarnessChannel {
  /** outbox; smtp (e-mail only) or http, with a url. */
  type?: string;
  url?: string;
}

/** @throws {UsageError} for a file that cannot be read, and for what the harness itself needs; the rest is checked at start */
export function readHarnessFile(path: string): HarnessFile {
  const file = parse(path);
  if (!isHarnessFile(file)) throw new UsageError(`${path}: needs database: { type, url }`);
  return file;
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}

function isHarnessFile(value: unknown): value is HarnessFile {
  if (typeof value !== 'object' || value === null) return false;
  const database: unknown = Reflect.get(value, 'database');
  if (typeof database !== 'object' || database === null) return false;
  return (
    typeof Reflect.get(database, 'type') === 'string' && typeof Reflect.get(database, 'url') === 'string'
  );
}
