import { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../../test/support/redis-process';
import { ClusterSet } from '../../../test/support/redis-sets';
import { age } from '../../../test/support/redis-time';
import { describeOwnRedis } from '../../../test/support/services';
import { transientStoreContract } from '../transient-store.contract';
import { RedisTransientStore } from './redis-transient-store';

const HOUR = 3_600_000;
const unavailable = { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 };

describeOwnRedis('RedisTransientStore on a cluster', () => {
  let set: ClusterSet;
  const stores: RedisTransientStore[] = [];

  beforeAll(async () => {
    set = await ClusterSet.start();
  });

  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  afterAll(() => set.stop());

  /** It is told of one node and has to learn of the others. */
  async function open(index = 1): Promise<RedisTransientStore> {
    const nodes = set.servers.slice(index, index + 1).map(({ node }) => node);
    const store = new RedisTransientStore({ nodes }, { keyPrefix: 'own:' });
    await store.open();
    stores.push(store);
    return store;
  }

  function server(index: number) {
    const found = set.servers[index];
    if (!found) throw new Error(`no server ${index}`);
    return found;
  }

  /** A key whose slot this server has. */
  async function keyOf(index: number): Promise<string> {
    const { client } = server(index);
    for (let i = 0; ; i += 1) {
      const slot = Number(await client.call('CLUSTER', 'KEYSLOT', `own:key${i}`));
      const third = slot <= 5_460 ? 0 : slot <= 10_922 ? 1 : 2;
      if (third === index) return `key${i}`;
    }
  }

  function back<T>(call: () => Promise<T>): Promise<T> {
    return eventually(async () => {
      try {
        return await call();
      } catch (error) {
        expect(error).toMatchObject(unavailable);
        throw error;
      }
    });
  }

  transientStoreContract('Redis Cluster', async () => {
    const host = new Cluster([server(2).node]);
    const both = [await open(), new RedisTransientStore(host, { keyPrefix: 'own:' })] as const;
    stores.splice(0);
    await both[1].open();
    const masters = await set.masters();
    return {
      stores: both,
      unit: 60_000,
      async advance(milliseconds) {
        await Promise.all(masters.map(({ client }) => age(client, 'own:', milliseconds)));
      },
      async dispose() {
        for (const store of both) await store.close();
        host.disconnect();
      },
    };
  });

  it('serves many callers from the first moment on, and spreads their keys over all nodes', async () => {
    const store = await open();
    const counts = await Promise.all(
      Array.from({ length: 300 }, (_, i) => store.increment(`spread:${i % 100}`, HOUR)),
    );
    expect(counts.filter(({ count }) => count === 3)).toHaveLength(100);
    for (const { client } of await set.masters()) expect(await client.dbsize()).toBeGreaterThan(10);
  });

  it('follows a slot that moves to another node', async () => {
    const [store, key] = [await open(), await keyOf(1)];
    const { client } = server(1);
    const slot = Number(await client.call('CLUSTER', 'KEYSLOT', `own:${key}`));
    const [from, to] = await Promise.all(
      [1, 2].map(async (index) => String(await server(index).client.call('CLUSTER', 'MYID'))),
    );
    await store.delete(key);
    await server(2).client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(from));
    await client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(to));
    // The old node has no such key any more and sends its callers on.
    expect((await store.increment(key, HOUR)).count).toBe(1);
    for (const index of [2, 1, 0]) {
      await server(index).client.call('CLUSTER', 'SETSLOT', slot, 'NODE', String(to));
    }
    expect((await store.increment(key, HOUR)).count).toBe(2);
    expect(await server(2).client.get(`own:${key}`)).toBe('2');
  });

  it('goes on with the replica of a master that is killed', async () => {
    const [store, key] = [await open(), await keyOf(0)];
    const { client } = server(0);
    await store.delete(key);
    for (let i = 0; i < 3; i += 1) await store.increment(key, HOUR);
    await client.wait(1, 10_000);
    await set.hurry();
    await server(0).kill();
    await expect(store.increment(key, HOUR)).rejects.toMatchObject(unavailable);
    expect((await back(() => store.increment(key, HOUR))).count).toBeGreaterThanOrEqual(4);
    await server(0).launch();
    await set.isWhole();
  });

  it('refuses while a master without a replica is away or hangs, and is back when it is', async () => {
    const [store, key] = [await open(), await keyOf(2)];
    await store.set(key, 'value', HOUR);
    await server(2).kill();
    await expect(store.get(key)).rejects.toMatchObject(unavailable);
    await server(2).launch();
    expect(await back(() => store.get(key))).toBeNull();
    await store.set(key, 'value', HOUR);
    server(2).freeze();
    await expect(store.get(key)).rejects.toMatchObject(unavailable);
    server(2).thaw();
    expect(await back(() => store.get(key))).toBe('value');
    await set.isWhole();
  });

  it('is back when all nodes were away', async () => {
    const store = await open();
    const keys = await Promise.all([0, 1, 2].map((index) => keyOf(index)));
    await Promise.all(set.servers.map((each) => each.kill()));
    for (const key of keys) await expect(store.set(key, 'value', HOUR)).rejects.toMatchObject(unavailable);
    await Promise.all(set.servers.map((each) => each.launch()));
    for (const key of keys) await back(() => store.set(key, 'value', HOUR));
    for (const key of keys) expect(await back(() => store.take(key))).toBe('value');
  });

  it('does not send a command twice when connections are cut', async () => {
    const [store, key] = [await open(), await keyOf(1)];
    await store.delete(key);
    const { client } = server(1);
    let calls = 0;
    for (let round = 0; round < 20; round += 1) {
      const burst = Array.from({ length: 50 }, () => store.increment(key, HOUR).catch(() => undefined));
      calls += burst.length;
      await client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await Promise.all(burst);
      await back(() => store.get(key));
    }
    const { count } = await back(() => {
      calls += 1;
      return store.increment(key, HOUR);
    });
    expect(count).toBeGreaterThan(50);
    expect(count).toBeLessThanOrEqual(calls);
  });
});
