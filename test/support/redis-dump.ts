import { Redis } from 'ioredis';
import { redisUrl } from './services';

/** Everything below a prefix, by `SCAN` and a read that fits the type of each key: names and values. */
export async function dumpRedis(prefix: string): Promise<[string, unknown][]> {
  const redis = new Redis(redisUrl);
  try {
    const entries: [string, unknown][] = [];
    for (const key of await keysBelow(redis, prefix)) {
      entries.push([key, await valueOf(redis, key, await redis.type(key))]);
    }
    return entries;
  } finally {
    redis.disconnect();
  }
}

export async function emptyRedis(prefix: string): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    for (const key of await keysBelow(redis, prefix)) await redis.del(key);
  } finally {
    redis.disconnect();
  }
}

async function keysBelow(redis: Redis, prefix: string): Promise<string[]> {
  const keys = new Set<string>();
  for await (const found of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
    for (const key of found as string[]) keys.add(key);
  }
  return [...keys];
}

function valueOf(redis: Redis, key: string, type: string): Promise<unknown> {
  switch (type) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'none':
      return Promise.resolve(null);
    default:
      throw new Error(`${key} is a ${type}, which this cannot read`);
  }
}
