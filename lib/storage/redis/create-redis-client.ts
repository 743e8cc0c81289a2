import {
  clientSettings,
  clusterSettings,
  sentinelSettings,
  type ClientSettings,
  type ClusterSettings,
  type SentinelSettings,
} from './client-options';
import type { RedisAddress, RedisNode } from './redis-address';
import type { OwnedRedisClient, OwnedRedisCluster } from './redis-client';

/** The part of ioredis that is used, written out so that no declaration file needs ioredis. */
export interface RedisModule {
  Redis: {
    new (url: string, settings: ClientSettings): OwnedRedisClient;
    new (settings: SentinelSettings): OwnedRedisClient;
  };
  Cluster: new (nodes: RedisNode[], settings: ClusterSettings) => OwnedRedisCluster;
}

/**
 * A client for the address, not connected yet.
 * @throws {Error} when the optional peer ioredis is not installed
 */
export async function createRedisClient(
  address: RedisAddress,
  load: () => Promise<RedisModule> = () => import('ioredis'),
): Promise<OwnedRedisClient> {
  const { Redis, Cluster } = await load().catch((cause: unknown) => {
    throw new Error('RedisTransientStore with an address needs ioredis 5: npm install ioredis@5', { cause });
  });
  if ('url' in address) return new Redis(address.url, clientSettings(address));
  if ('sentinels' in address) return new Redis(sentinelSettings(address));
  const nodes = address.nodes.map((node) => ({ ...node }));
  return keptWarm(new Cluster(nodes, clusterSettings(address)));
}

/**
 * ioredis connects to a node of a cluster with the first command for it, and refuses the ones that come while it does. So
 * the connections are made beforehand, to new masters too.
 */
function keptWarm(cluster: OwnedRedisCluster): OwnedRedisCluster {
  const warm = (): void => {
    if (cluster.status === 'ready') void reachMasters(cluster);
  };
  cluster.on('ready', warm);
  // Later than the command that made ioredis learn of the node, which goes first.
  cluster.on('+node', () => process.nextTick(warm));
  return cluster;
}

/** Resolves when every known master has been connected to, or could not be. */
export async function reachMasters(cluster: OwnedRedisCluster): Promise<void> {
  await Promise.allSettled(cluster.nodes('master').map((node) => node.call('PING')));
}
