import type { ConnectionOptions } from 'node:tls';

/** Where one server listens. */
export interface RedisNode {
  host: string;
  /** Default 6379, for a Sentinel 26379. */
  port?: number;
}

/** How to get in. A user name and a password may also be part of a url. */
export interface RedisAccess {
  username?: string;
  password?: string;
  /** True, or options of Node's `tls.connect` such as `ca` or `servername`. Default: TLS for a rediss:// url only. */
  tls?: boolean | ConnectionOptions;
}

/** One server, or what stands for one, such as the endpoint of a provider. */
export interface RedisServerAddress extends RedisAccess {
  /** redis:// or, with TLS, rediss://, with user name, password and number of the database where there are any. */
  url: string;
}

/** The master that Sentinels watch; they are asked for it again whenever its connection is lost. */
export interface RedisSentinelAddress extends RedisAccess {
  /** Some of the Sentinels; the others are learned from them. */
  sentinels: readonly RedisNode[];
  /** Name of the master, as in `sentinel monitor <name> ...`. */
  name: string;
  /** Number of the database. Default 0. */
  db?: number;
  sentinelUsername?: string;
  sentinelPassword?: string;
  sentinelTls?: boolean | ConnectionOptions;
}

/** A cluster. */
export interface RedisClusterAddress extends RedisAccess {
  /** Some of the nodes; the others are learned from them. */
  nodes: readonly RedisNode[];
}

export type RedisAddress = RedisServerAddress | RedisSentinelAddress | RedisClusterAddress;

/**
 * The address, if it can be one. Nothing that it holds is in the message, as it may hold a password.
 * @throws {Error}
 */
export function checkedAddress(address: RedisAddress): RedisAddress {
  const problem = problemOf(address);
  if (problem) throw new Error(`RedisTransientStore: ${problem}`);
  return address;
}

function problemOf(address: RedisAddress): string | undefined {
  if ('url' in address) return isServerUrl(address.url) ? undefined : 'url must be redis:// or rediss://';
  if ('sentinels' in address) {
    if (!areNodes(address.sentinels)) return 'sentinels must be a list of { host, port }';
    return address.name ? undefined : 'name of the master is missing';
  }
  if ('nodes' in address)
    return areNodes(address.nodes) ? undefined : 'nodes must be a list of { host, port }';
  return 'needs { url }, { sentinels, name }, { nodes } or a client of ioredis';
}

/** What ioredis takes besides, a host name or the path of a socket, has no scheme. */
function isServerUrl(url: unknown): boolean {
  if (typeof url !== 'string' || url === '') return false;
  return !url.includes('://') || (/^rediss?:/.test(url) && URL.canParse(url));
}

function areNodes(nodes: readonly RedisNode[]): boolean {
  return Array.isArray(nodes) && nodes.length > 0 && nodes.every((node) => Boolean(node?.host));
}
