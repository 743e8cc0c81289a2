/**
 * The part of an ioredis 5 client (`Redis` or `Cluster`) that the store uses. Written out here so that the published
 * types need no ioredis.
 */
export interface RedisClient {
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

/** A client that the store made, and so opens and closes. */
export interface OwnedRedisClient extends RedisClient {
  readonly status: string;
  connect(): Promise<void>;
  once(event: 'ready', listener: () => void): unknown;
  quit(): Promise<unknown>;
  /** With `true` it connects again. */
  disconnect(reconnect?: boolean): void;
}

/** The same for a cluster. */
export interface OwnedRedisCluster extends OwnedRedisClient {
  nodes(role: 'master'): { call(command: 'PING'): Promise<unknown> }[];
  on(event: 'error' | 'node error', listener: (error: Error) => void): unknown;
  on(event: 'ready' | '+node', listener: () => void): unknown;
}
