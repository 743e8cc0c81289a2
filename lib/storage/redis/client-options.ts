import type { ConnectionOptions } from 'node:tls';
import type { RedisAccess, RedisNode, RedisSentinelAddress } from './redis-address';

/** Options of ioredis for one connection, as far as they are used. */
export interface ConnectionSettings {
  username?: string;
  password?: string;
  tls?: ConnectionOptions;
  lazyConnect: true;
  disableClientInfo: true;
  maxRetriesPerRequest: number;
  autoResendUnfulfilledCommands: boolean;
  connectTimeout: number;
  commandTimeout: number;
  disconnectTimeout: number;
  maxLoadingRetryTime: number;
  keepAlive: number;
  reconnectOnError: (error: Error) => boolean;
}

export interface ClientSettings extends ConnectionSettings {
  enableOfflineQueue: boolean;
  retryStrategy: (attempt: number) => number;
}

export interface SentinelSettings extends ClientSettings {
  sentinels: RedisNode[];
  name: string;
  db?: number;
  sentinelUsername?: string;
  sentinelPassword?: string;
  sentinelTLS?: ConnectionOptions;
  enableTLSForSentinelMode: boolean;
  sentinelCommandTimeout: number;
  sentinelRetryStrategy: (attempt: number) => number;
}

export interface ClusterSettings {
  lazyConnect: true;
  enableOfflineQueue: boolean;
  retryDelayOnFailover: number;
  retryDelayOnClusterDown: number;
  maxRedirections: number;
  clusterRetryStrategy: (attempt: number) => number;
  dnsLookup: (host: string, done: (error: null, address: string) => void) => void;
  redisOptions: ConnectionSettings & { socketTimeout: number };
}

const CONNECT_MS = 2_000;
/**
 * For what ioredis sends by itself when it connects, to a peer that accepts and says nothing. Well above the limit of the
 * store, which is the one for commands.
 */
const HANDSHAKE_MS = 1_500;
const SENTINEL_MS = 750;

/** For ever, at least once a second. */
const retryDelay = (attempt: number): number => Math.min(50 * attempt, 1_000);

/**
 * A connection that never sends a command twice. A master that became a replica is left, because it refuses to write;
 * the address may lead to the new one by now.
 */
function connectionSettings({ username, password, tls }: RedisAccess): ConnectionSettings {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: tlsOptions(tls) }),
    lazyConnect: true,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: CONNECT_MS,
    commandTimeout: HANDSHAKE_MS,
    disconnectTimeout: 200,
    maxLoadingRetryTime: 500,
    keepAlive: 10_000,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
}

/**
 * A client that fails at once instead of queueing while there is no connection: with the defaults of ioredis a command
 * is rejected after 10 s (R149), or carried out long after its caller gave up.
 */
export function clientSettings(access: RedisAccess): ClientSettings {
  return { ...connectionSettings(access), enableOfflineQueue: false, retryStrategy: retryDelay };
}

export function sentinelSettings(address: RedisSentinelAddress): SentinelSettings {
  const { sentinels, name, db, sentinelUsername, sentinelPassword, sentinelTls } = address;
  return {
    ...clientSettings(address),
    sentinels: sentinels.map((node) => ({ ...node })),
    name,
    ...(db !== undefined && { db }),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(sentinelTls && { sentinelTLS: tlsOptions(sentinelTls) }),
    enableTLSForSentinelMode: Boolean(address.tls),
    // Without a limit a Sentinel that accepts and says nothing would be waited for, for ever.
    sentinelCommandTimeout: SENTINEL_MS,
    sentinelRetryStrategy: retryDelay,
  };
}

/**
 * The client of a cluster gives up a lost node and asks the others who has its slots now; when no node is left, it starts
 * again with the given ones. Only what a node refused to carry out is sent again: to where it said the slot is, or a
 * little later when it said that it did not know.
 */
export function clusterSettings(access: RedisAccess): ClusterSettings {
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    // Above 0 it would send commands again that a lost node may have carried out.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 100,
    maxRedirections: 4,
    clusterRetryStrategy: retryDelay,
    // Names as they are: certificates are issued for them, and one that is gone must not keep the others from being tried.
    dnsLookup: (host, done) => done(null, host),
    // A node that says nothing is given up: the slots may have moved on.
    redisOptions: { ...connectionSettings(access), socketTimeout: 1_000 },
  };
}

function tlsOptions(tls: true | ConnectionOptions): ConnectionOptions {
  return tls === true ? {} : tls;
}
