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
  connect(): Promise<void>;
  quit(): Promise<unknown>;
  disconnect(): void;
}
