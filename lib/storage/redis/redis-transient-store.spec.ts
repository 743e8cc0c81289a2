import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../../test/support/redis-process';
import { describeRedis, redisUrl } from '../../../test/support/services';
import { createRedisClient } from './create-redis-client';
import { RedisTransientStore } from './redis-transient-store';

/** A TCP proxy before Redis that can stop forwarding, cut every connection, and go away and come back. */
async function startProxy() {
  const target = new URL(redisUrl);
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((incoming) => {
    const outgoing = connect(Number(target.port || 6379), target.hostname);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => {
        if (!frozen) to.write(data);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    url: `redis://127.0.0.1:${port}`,
    connections: () => sockets.size,
    cut,
    freeze: (on: boolean) => {
      frozen = on;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
    start: () => listen(port),
  };
}

async function timed<T>(work: Promise<T>): Promise<{ milliseconds: number; error: unknown }> {
  const start = performance.now();
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { milliseconds: performance.now() - start, error };
}

/** Of a command, with room for a machine that is busy with other things. */
const GIVES_UP_MS = 2_500;
const unavailable = { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 };
/** Refused without waiting for anything. */
const notSent = { ...unavailable, cause: { message: expect.stringMatching(/isn't writeable/) as string } };

describeRedis('RedisTransientStore', () => {
  const keyPrefix = `test-${randomBytes(4).toString('hex')}:`;
  let client: Redis;
  const cleanUps: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    client = new Redis(redisUrl, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    await client.connect();
  });

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  });

  afterAll(async () => {
    const keys = await client.keys(`${keyPrefix}*`);
    if (keys.length > 0) await client.del(...keys);
    await client.quit();
  });

  async function behindProxy(onError?: (error: Error) => void) {
    const proxy = await startProxy();
    const store = new RedisTransientStore({ url: proxy.url }, { keyPrefix, onError });
    await store.open();
    cleanUps.push(async () => {
      await store.close();
      await proxy.stop().catch(() => undefined);
    });
    return { proxy, store };
  }

  it('gives every key a time to live', async () => {
    const store = new RedisTransientStore(client, { keyPrefix });
    await store.open();
    await Promise.all(Array.from({ length: 50 }, () => store.increment('ttl:counter', 60_000)));
    await store.set('ttl:value', 'value', 60_000);
    await store.set('ttl:value', 'other', 0.5);
    await store.setIfAbsent('ttl:absent', 'value', 60_000);
    await store.expire('ttl:counter', 30_000);
    const keys = await client.keys(`${keyPrefix}ttl:*`);
    expect(keys.length).toBeGreaterThanOrEqual(2);
    // -1 would be a key without an end, -2 one that ended meanwhile.
    for (const key of keys) expect(await client.pttl(key)).not.toBe(-1);
    expect(await client.pttl(`${keyPrefix}ttl:counter`)).toBeGreaterThan(0);
    await store.close();
  });

  it('gives a counter that lost its end a new one', async () => {
    const store = new RedisTransientStore(client, { keyPrefix });
    await store.open();
    await client.set(`${keyPrefix}endless`, '7');
    expect(await store.increment('endless', 60_000)).toEqual({ count: 8, ttlMs: 60_000 });
    expect(await client.pttl(`${keyPrefix}endless`)).toBeGreaterThan(0);
    await store.close();
  });

  it('writes below its prefix only', async () => {
    const store = new RedisTransientStore(client, { keyPrefix: `${keyPrefix}other:` });
    await store.open();
    await store.set('key', 'value', 60_000);
    expect(await client.get(`${keyPrefix}other:key`)).toBe('value');
    await store.close();
  });

  it('leaves a client of the host open, and is closed itself', async () => {
    const store = new RedisTransientStore(client, { keyPrefix });
    const listeners = client.listenerCount('error');
    await store.open();
    await store.close();
    expect(await client.ping()).toBe('PONG');
    expect(client.listenerCount('error')).toBe(listeners);
    await expect(store.get('key')).rejects.toMatchObject(unavailable);
  });

  it('ends its own connection on close', async () => {
    const { proxy, store } = await behindProxy();
    expect(proxy.connections()).toBeGreaterThan(0);
    await store.close();
    await eventually(async () => expect(proxy.connections()).toBe(0));
  });

  it('gives up after 500 ms when Redis does not answer, whatever longer time is asked for', async () => {
    const proxy = await startProxy();
    // A client of the host with the defaults of ioredis: no time limit of its own.
    const host = new Redis(proxy.url);
    const stores = [
      new RedisTransientStore(host, { keyPrefix, commandTimeoutMs: 10_000 }),
      new RedisTransientStore({ url: proxy.url }, { keyPrefix, commandTimeoutMs: 10_000 }),
    ];
    for (const store of stores) await store.open();
    cleanUps.push(async () => {
      for (const store of stores) await store.close();
      host.disconnect();
      await proxy.stop();
    });
    for (const store of stores) await store.set('frozen', 'value', 60_000);
    proxy.freeze(true);
    for (const store of stores) {
      const calls = [
        store.increment('frozen:counter', 1000),
        store.decrement('frozen:counter'),
        store.set('frozen', 'value', 1000),
        store.setIfAbsent('frozen', 'value', 1000),
        store.get('frozen'),
        store.take('frozen'),
        store.compareAndDelete('frozen', 'value'),
        store.delete('frozen'),
        store.expire('frozen', 1000),
      ];
      const outcomes = await Promise.all(calls.map((call) => timed<unknown>(call)));
      // It leaves the connection, and takes those along that were sent a moment later.
      expect(outcomes[0]?.error).toMatchObject({ cause: { message: 'no answer of Redis within 500 ms' } });
      for (const { milliseconds, error } of outcomes) {
        expect(error).toMatchObject(unavailable);
        expect(milliseconds).toBeGreaterThan(400);
        expect(milliseconds).toBeLessThan(GIVES_UP_MS);
      }
    }
  });

  it('answers at once while Redis is away, and works again by itself', async () => {
    const errors: Error[] = [];
    const { proxy, store } = await behindProxy((error) => errors.push(error));
    await store.increment('away', 60_000);
    await proxy.stop();
    await eventually(() => expect(store.increment('away', 60_000)).rejects.toMatchObject(notSent));
    const { milliseconds } = await timed(store.increment('away', 60_000));
    expect(milliseconds).toBeLessThan(GIVES_UP_MS);
    await eventually(async () => expect(errors.length).toBeGreaterThan(0));
    await proxy.start();
    const state = await eventually(() => store.increment('away', 60_000));
    // Not one of the refused calls was sent later.
    expect(state.count).toBe(2);
  });

  it('comes back from a peer that vanished without closing its connection', async () => {
    const { proxy, store } = await behindProxy();
    proxy.freeze(true);
    await timed(store.get('vanished'));
    // What was frozen stays silent; the store has to leave it.
    await eventually(() => expect(store.get('vanished')).rejects.toMatchObject(notSent));
    proxy.freeze(false);
    expect(await eventually(() => store.get('vanished'))).toBeNull();
  });

  it('does not send a command twice when the connection is cut', async () => {
    const { proxy, store } = await behindProxy();
    const results: (number | undefined)[] = [];
    for (let round = 0; round < 20; round += 1) {
      const call = store.increment('cut', 60_000).then(
        (state) => state.count,
        () => undefined,
      );
      if (round % 4 === 0) setImmediate(proxy.cut);
      results.push(await call);
      await eventually(() => store.get('cut'));
    }
    expect(Number(await client.get(`${keyPrefix}cut`))).toBeLessThanOrEqual(20);
    const counts = results.filter((count) => count !== undefined);
    expect(counts.length).toBeGreaterThan(10);
    expect(new Set(counts).size).toBe(counts.length);
  });

  it('says what to install when ioredis is missing', async () => {
    const missing = () => Promise.reject(new Error("Cannot find package 'ioredis'"));
    await expect(createRedisClient({ url: redisUrl }, missing)).rejects.toThrow(/npm install ioredis@5/);
  });

  it('fails on a reply that it cannot read instead of counting it as none', async () => {
    const odd = { call: () => Promise.resolve('OK'), on: () => undefined, off: () => undefined };
    const store = new RedisTransientStore(odd, { keyPrefix });
    await store.open();
    await expect(store.increment('key', 1000)).rejects.toMatchObject(unavailable);
  });
});
