import { NAuthException } from '../../errors';
import { entryKey, wholeLifetime } from '../entry-limits';
import type { CounterState, TransientStore } from '../transient-store';
import { createRedisClient } from './create-redis-client';
import type { OwnedRedisClient, RedisClient } from './redis-client';
import { COMPARE_AND_DELETE, DECREMENT, INCREMENT } from './redis-scripts';

export interface RedisTransientStoreOptions {
  /** Before every key. Default 'nauth:'. */
  keyPrefix?: string;
  /** Longest wait for one command in milliseconds. Default 500, which is also the most (R149). */
  commandTimeoutMs?: number;
  /** Told of connection errors, for a log. Failed commands throw as well. */
  onError?: (error: Error) => void;
}

const LONGEST_COMMAND_MS = 500;

/**
 * Transient state in Redis (6.2 or later) or Valkey. Every key gets its time to live in the command that writes it, and
 * every command touches one key, so a cluster works as well. Redis measures time by its own clock.
 *
 * When Redis does not answer within `commandTimeoutMs`, every method throws NAuthException SERVICE_UNAVAILABLE with
 * retryAfter 1: counters too, so an outage is never unlimited tries (R149). A command that timed out may still have been
 * carried out: a taken value is then gone and a counter one higher, which errs on the safe side.
 *
 * Give Redis `maxmemory-policy noeviction`: an evicted counter starts again.
 */
export class RedisTransientStore implements TransientStore {
  private readonly keyPrefix: string;
  private readonly timeoutMs: number;
  private readonly listener: (error: Error) => void;
  private client: RedisClient | undefined;
  private owned: OwnedRedisClient | undefined;

  /** @param source a client of the host, which the host closes, or the address for a client of the store's own */
  constructor(
    private readonly source: RedisClient | { url: string },
    options: RedisTransientStoreOptions = {},
  ) {
    this.keyPrefix = options.keyPrefix ?? 'nauth:';
    this.timeoutMs = Math.min(options.commandTimeoutMs ?? LONGEST_COMMAND_MS, LONGEST_COMMAND_MS);
    // Without a listener an 'error' event would end the process, or land on the console.
    this.listener = (error) => options.onError?.(error);
  }

  /** @throws {Error} when ioredis is missing or the address does not answer at start */
  async open(): Promise<void> {
    if (this.client) return;
    if (!('url' in this.source)) {
      this.source.on('error', this.listener);
      this.client = this.source;
      return;
    }
    const client = await createRedisClient(this.source.url, this.timeoutMs);
    client.on('error', this.listener);
    try {
      await client.connect();
    } catch (cause) {
      client.disconnect();
      // The address may hold a password, so it is not part of the message.
      throw new Error('Redis of the transient store does not answer; check its url', { cause });
    }
    this.owned = client;
    this.client = client;
  }

  /** Ends a connection of the store's own; a client of the host stays as it is. */
  async close(): Promise<void> {
    const { client, owned } = this;
    this.client = undefined;
    this.owned = undefined;
    if (owned) {
      await this.inTime(owned.quit()).catch(() => undefined);
      owned.disconnect();
      return;
    }
    client?.off('error', this.listener);
  }

  async increment(key: string, ttlMs: number): Promise<CounterState> {
    const reply = await this.run('eval', INCREMENT, 1, this.key(key), wholeLifetime(ttlMs));
    const [count = Number.NaN, left = Number.NaN] = Array.isArray(reply) ? reply.map(Number) : [];
    // NaN would compare as "not above the limit".
    if (!(count >= 1 && left <= Number.MAX_SAFE_INTEGER))
      throw unavailable(new Error('unreadable counter reply'));
    return { count, ttlMs: Math.max(1, left) };
  }

  async decrement(key: string): Promise<void> {
    await this.run('eval', DECREMENT, 1, this.key(key));
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.run('set', this.key(key), value, 'PX', wholeLifetime(ttlMs));
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    return (await this.run('set', this.key(key), value, 'PX', wholeLifetime(ttlMs), 'NX')) !== null;
  }

  async get(key: string): Promise<string | null> {
    return textOrNull(await this.run('get', this.key(key)));
  }

  async take(key: string): Promise<string | null> {
    return textOrNull(await this.run('getdel', this.key(key)));
  }

  async compareAndDelete(key: string, value: string): Promise<boolean> {
    return Number(await this.run('eval', COMPARE_AND_DELETE, 1, this.key(key), value)) === 1;
  }

  async delete(key: string): Promise<void> {
    await this.run('del', this.key(key));
  }

  async expire(key: string, ttlMs: number): Promise<boolean> {
    return Number(await this.run('pexpire', this.key(key), wholeLifetime(ttlMs))) === 1;
  }

  private key(key: string): string {
    return this.keyPrefix + entryKey(key);
  }

  private async run(command: string, ...args: (string | number)[]): Promise<unknown> {
    try {
      if (!this.client) throw new Error('the transient store is not open');
      return await this.inTime(this.client.call(command, ...args));
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  private async inTime<T>(reply: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const giveUp = () => reject(new Error(`no answer of Redis within ${this.timeoutMs} ms`));
      timer = setTimeout(giveUp, this.timeoutMs);
    });
    try {
      return await Promise.race([reply, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function textOrNull(reply: unknown): string | null {
  return typeof reply === 'string' ? reply : null;
}

function unavailable(cause: unknown): NAuthException {
  return new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1, cause });
}
