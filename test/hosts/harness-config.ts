import {
  Argon2PasswordHasher,
  BcryptPasswordHasher,
  RedisTransientStore,
  type NAuthConfig,
} from '@nauth-toolkit/nestjs';
import type { DataSourceOptions } from 'typeorm';
import { Counters } from './counters';
import { CountingHasher } from './counting-hasher';
import { emailProvider, smsProvider } from './harness-channels';
import { countedDatabase } from './harness-database';
import type { HarnessChannel, HarnessFile } from './harness-file';
import { harnessHooks } from './harness-hooks';
import { MovableClock } from './movable-clock';
import { Outbox } from './outbox';
import { StderrLogger } from './stderr-logger';
import { UsageError } from './usage-error';

/** A configuration, and the parts of it that only a test holds in its hands. */
export interface Harness {
  config: NAuthConfig;
  /** The database of the configuration. */
  database: DataSourceOptions;
  clock: MovableClock;
  counters: Counters;
  outbox: Outbox;
  logger: StderrLogger;
}

/** Secrets of no value, so that a file needs none and two processes on one database agree. */
const SECRETS = {
  access: 'harness-access-Q7w2Zr9Xv4Tn8Ls3Mb6Yc1Hd5Gf0Jp',
  refresh: 'harness-refresh-N3f8Vx1Lq6Sz0Kd5Ub9Yh2Cw7Mj4Te',
  encryption: 'harness-encryption-E5b1Rk8Wt2Xm7Pz4Ga9Dc6Vn3Hs',
};

/** Cheap hashes: what is tested is how many there are and when. */
const BCRYPT_COST = 4;
const ARGON2_COST = { memoryCost: 256, timeCost: 1, parallelism: 1 };

export function createHarness(file: HarnessFile): Harness {
  const given = withoutHarnessParts(file);
  const clock = new MovableClock();
  const counters = new Counters();
  const outbox = new Outbox();
  const database = countedDatabase(file.database, counters);
  const logger = new StderrLogger('Harness', { logLevels: ['error', 'warn', 'fatal'] });
  const config: NAuthConfig = {
    ...given,
    jwt: {
      ...given.jwt,
      accessToken: { ...defaultKey(given.jwt), ...given.jwt?.accessToken },
      refreshToken: { secret: SECRETS.refresh, ...given.jwt?.refreshToken },
    },
    encryption: given.encryption ?? { keys: { k1: SECRETS.encryption } },
    database,
    storageAdapter: storageAdapter(file.storage),
    geoLocation: geoLocation(file.geo),
    emailProvider: emailProvider(file.email, outbox),
    email: withoutChannel(file.email),
    smsProvider: smsProvider(file.sms, outbox),
    sms: withoutChannel(file.sms),
    password: { ...given.password, hasher: countedHasher(given.password, counters) },
    hooks: harnessHooks(file.hooks),
    routes: { ...given.routes, enabled: true, prefix: 'auth' },
    logger: { instance: logger },
    clock,
  };
  return { config, database, clock, counters, outbox, logger };
}

/** What the harness makes parts of, or nothing yet, is no option of the toolkit. */
function withoutHarnessParts(file: HarnessFile): Omit<Partial<HarnessFile>, 'hooks'> {
  const given: Partial<HarnessFile> = { ...file };
  delete given.storage;
  delete given.geo;
  delete given.email;
  delete given.sms;
  delete given.hooks;
  return given;
}

/** The toolkit's own options of a channel. */
function withoutChannel<T extends object>(options: (HarnessChannel & T) | undefined): T | undefined {
  if (!options) return undefined;
  const rest = { ...options };
  delete rest.type;
  delete rest.url;
  return rest;
}

function defaultKey(jwt: HarnessFile['jwt']): { secret?: string } {
  return jwt?.accessToken?.privateKey === undefined ? { secret: SECRETS.access } : {};
}

function countedHasher(options: NAuthConfig['password'], counters: Counters): CountingHasher {
  if (options?.hasher === 'argon2id') {
    return new CountingHasher(new Argon2PasswordHasher({ ...ARGON2_COST, ...options.argon2 }), counters);
  }
  const keys = { current: 'k1', keys: new Map([['k1', Buffer.from(SECRETS.encryption)]]) };
  return new CountingHasher(new BcryptPasswordHasher(options?.bcryptCost ?? BCRYPT_COST, keys), counters);
}

function geoLocation(table: HarnessFile['geo']): NAuthConfig['geoLocation'] {
  return table && { locator: { locate: (ipAddress) => Promise.resolve(table[ipAddress] ?? null) } };
}

function storageAdapter(storage: HarnessFile['storage']): NAuthConfig['storageAdapter'] {
  if (storage?.type !== 'redis') return storage?.type ?? 'database';
  try {
    // What else is in it, its type, the store does not look at.
    return new RedisTransientStore(storage);
  } catch (error) {
    throw new UsageError(`storage: ${error instanceof Error ? error.message : 'no address of Redis'}`);
  }
}
