import { NAuthException } from '../../errors';
import { entryKey, wholeLifetime } from '../entry-limits';
import type { CounterState, TransientStore } from '../transient-store';
import { checkedAddress, type RedisAddress } from './redis-address';
import type { RedisClient } from './redis-client';
import { RedisConnection } from './redis-connection';
import { plainError } from './redis-error';
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
 * Transient state in Redis (6.2 or later) or Valkey: one server, a master that Sentinels watch, or a cluster. Every key
 * gets its time to live in the command that writes it. Redis measures time by its own clock.
 *
 * Every command and script names exactly one key, so it belongs to one slot of a cluster, and keys spread over all of
 * them. What ever needs several keys at once has to share a hash tag, `<kind>:{<subject>}:<part>`, around the subject:
 * a tag around anything wider, such as one in `keyPrefix`, would put all keys on one node.
 *
 * When Redis does not answer within `commandTimeoutMs`, every method throws NAuthException SERVICE_UNAVAILABLE with
 * retryAfter 1: counters too, so an outage is never unlimited tries (R149). A command that timed out may still have been
 * carried out: a taken value is then gone and a counter one higher, which errs on the safe side. None is sent twice.
 *
 * Redis may lose what it holds: a flush, an eviction, or a replica that lagged behind and took over. So nothing is kept
 * here alone that says of something that it is spent or revoked (R150). Give Redis `maxmemory-policy noeviction`: an
 * evicted counter starts again.
 */
export class RedisTransientStore implements TransientStore {
  private readonly keyPrefix: string;
  private readonly timeoutMs: number;
  private readonly listener: (error: Error) => void;
  private readonly source: RedisClient | RedisAddress;
  private client: RedisClient | undefined;
  private connection: RedisConnection | undefined;

  /**
   * @param source a client of the host, which the host closes, or the address for a client of the store's own, which
   * needs the optional peer ioredis 5
   * @throws {Error} for an address that cannot be one
   */
  constructor(source: RedisClient | RedisAddress, options: RedisTransientStoreOptions = {}) {
    this.source = isClient(source) ? source : checkedAddress(source);
    this.keyPrefix = options.keyPrefix ?? 'nauth:';
    this.timeoutMs = Math.min(options.commandTimeoutMs ?? LONGEST_COMMAND_MS, LONGEST_COMMAND_MS);
    // Without a listener an 'error' event would end the process, or land on the console.
    this.listener = (error) => options.onError?.(plainError(error));
  }

  /** @throws {Error} when ioredis is missing or the address does not answer at start, within 5 s */
  async open(): Promise<void> {
    if (this.client) return;
    if (isClient(this.source)) {
      this.source.on('error', this.listener);
      this.client = this.source;
      return;
    }
    this.connection = await RedisConnection.open(this.source, this.listener);
    this.client = this.connection.client;
  }

  /** Ends a connection of the store's own; a client of the host stays as it is. */
  async close(): Promise<void> {
    const { client, connection } = this;
    this.client = undefined;
    this.connection = undefined;
    if (connection) await connection.close();
    else client?.off('error', this.listener);
  }

  async increment(key: string, ttlMs: number): Promise<CounterState> {
    const reply = await this.script(INCREMENT, key, wholeLifetime(ttlMs));
    const [count = Number.NaN, left = Number.NaN] = Array.isArray(reply) ? reply.map(Number) : [];
    // NaN would compare as "not above the limit".
    if (!(count >= 1 && left <= Number.MAX_SAFE_INTEGER))
      throw unavailable(new Error('unreadable counter reply'));
    return { count, ttlMs: Math.max(1, left) };
  }

  async decrement(key: string): Promise<void> {
    await this.script(DECREMENT, key);
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.command('set', key, value, 'PX', wholeLifetime(ttlMs));
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    return (await this.command('set', key, value, 'PX', wholeLifetime(ttlMs), 'NX')) !== null;
  }

  async get(key: string): Promise<string | null> {
    return textOrNull(await this.command('get', key));
  }

  async take(key: string): Promise<string | null> {
    return textOrNull(await this.command('getdel', key));
  }

  async compareAndDelete(key: string, value: string): Promise<boolean> {
    return Number(await this.script(COMPARE_AND_DELETE, key, value)) === 1;
  }

  async delete(key: string): Promise<void> {
    await this.command('del', key);
  }

  async expire(key: string, ttlMs: number): Promise<boolean> {
    return Number(await this.command('pexpire', key, wholeLifetime(ttlMs))) === 1;
  }

  /** A command whose first and only key is `key`. */
  private command(name: string, key: string, ...args: (string | number)[]): Promise<unknown> {
    return this.call(name, this.key(key), ...args);
  }

  /** A script on `key` alone. */
  private script(text: string, key: string, ...args: (string | number)[]): Promise<unknown> {
    return this.call('eval', text, 1, this.key(key), ...args);
  }

  private key(key: string): string {
    return this.keyPrefix + entryKey(key);
  }

  private async call(command: string, ...args: (string | number)[]): Promise<unknown> {
    try {
      if (!this.client) throw new Error('the transient store is not open');
      return await this.inTime(this.client.call(command, ...args));
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  private async inTime<T>(reply: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let settled = false;
    const late = new Promise<never>((_, reject) => {
      const giveUp = (): void => {
        if (settled) return;
        this.connection?.unanswered();
        reject(new Error(`no answer of Redis within ${this.timeoutMs} ms`));
      };
      // After a pause of this process answers may lie ready: they are read before an immediate runs.
      timer = setTimeout(() => setImmediate(giveUp), this.timeoutMs);
    });
    try {
      return await Promise.race([reply, late]);
    } finally {
      settled = true;
      clearTimeout(timer);
    }
  }
}

function isClient(source: RedisClient | RedisAddress): source is RedisClient {
  return 'call' in source;
}

function textOrNull(reply: unknown): string | null {
  return typeof reply === 'string' ? reply : null;
}

function unavailable(cause: unknown): NAuthException {
  return new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1, cause: plainError(cause) });
}
