import type { OwnedRedisClient } from './redis-client';

/** The part of ioredis that is used, written out so that no declaration file needs ioredis. */
export interface RedisModule {
  Redis: new (url: string, options: RedisClientOptions) => OwnedRedisClient;
}

export interface RedisClientOptions {
  lazyConnect: boolean;
  enableOfflineQueue: boolean;
  maxRetriesPerRequest: number;
  autoResendUnfulfilledCommands: boolean;
  connectTimeout: number;
  commandTimeout: number;
  socketTimeout: number;
  keepAlive: number;
  retryStrategy: (attempt: number) => number;
}

/**
 * A client for one address that fails at once instead of queueing while there is no connection (the defaults of ioredis
 * reject after 10 s), never sends a command twice, and reconnects for ever, at least once a second.
 * @throws {Error} when the optional peer ioredis is not installed
 */
export async function createRedisClient(
  url: string,
  commandTimeoutMs: number,
  load: () => Promise<RedisModule> = () => import('ioredis'),
): Promise<OwnedRedisClient> {
  const { Redis } = await load().catch((cause: unknown) => {
    throw new Error('RedisTransientStore with a url needs ioredis 5: npm install ioredis@5', { cause });
  });
  return new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 2_000,
    commandTimeout: commandTimeoutMs,
    // A peer that vanished without closing leaves a socket that looks open for minutes: give it up sooner.
    socketTimeout: 2_000,
    keepAlive: 10_000,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  });
}
