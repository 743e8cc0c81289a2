import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, must } from '../../../test/support/redis-process';
import { SentinelSet } from '../../../test/support/redis-sets';
import { age } from '../../../test/support/redis-time';
import { describeOwnRedis } from '../../../test/support/services';
import { transientStoreContract } from '../transient-store.contract';
import { RedisTransientStore } from './redis-transient-store';

const SECRET = 'hunter2-of-the-sentinels';
const HOUR = 3_600_000;
const name = SentinelSet.masterName;
const unavailable = { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 };

describeOwnRedis('RedisTransientStore behind Sentinels', () => {
  let set: SentinelSet;
  const stores: RedisTransientStore[] = [];

  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  /** It is told of one Sentinel and has to learn of the others. */
  async function open(): Promise<RedisTransientStore> {
    const sentinels = set.sentinels.slice(0, 1).map(({ node }) => node);
    const address = { sentinels, name, password: SECRET, sentinelPassword: SECRET };
    const store = new RedisTransientStore(address, { keyPrefix: 'own:' });
    await store.open();
    stores.push(store);
    return store;
  }

  async function masterAndReplica() {
    const masters = await set.masters();
    const [master] = masters;
    const replica = set.servers.find((server) => server !== master);
    if (!master || !replica || masters.length > 1) throw new Error('not one master and one replica');
    return { master, replica };
  }

  /** Asks again and again; every refusal on the way has to be the right one. */
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

  describe('in step', () => {
    beforeAll(async () => {
      set = await SentinelSet.start(SECRET);
    });

    afterAll(() => set.stop());

    transientStoreContract('Redis Sentinel', async () => {
      const sentinels = set.sentinels.map(({ node }) => node);
      const host = new Redis({ sentinels, name, password: SECRET, sentinelPassword: SECRET });
      const both = [await open(), new RedisTransientStore(host, { keyPrefix: 'own:' })] as const;
      stores.splice(0);
      await both[1].open();
      const { master } = await masterAndReplica();
      return {
        stores: both,
        unit: 60_000,
        advance: (milliseconds) => age(master.client, 'own:', milliseconds),
        async dispose() {
          for (const store of both) await store.close();
          host.disconnect();
        },
      };
    });

    it('does not start without an answer, and does not tell a password', async () => {
      const sentinels = set.sentinels.map(({ node }) => node);
      const wrong = [
        { sentinels: [{ host: '127.0.0.1', port: 1 }], name, password: SECRET },
        { sentinels, name: 'another', password: SECRET, sentinelPassword: SECRET },
        { sentinels, name, password: `${SECRET}x`, sentinelPassword: SECRET },
      ];
      await Promise.all(
        wrong.map(async (address) => {
          const told: unknown[] = [];
          const store = new RedisTransientStore(address, { onError: (error) => told.push(error) });
          const error: unknown = await store.open().catch((reason: unknown) => reason);
          expect(String(error)).toMatch(/does not answer; check its sentinels and name \(.+\)/);
          expect(told.length).toBeGreaterThan(0);
          expect(inspect([error, told], { depth: 10 })).not.toContain(SECRET);
        }),
      );
    });

    it('goes on with the replica when the master is killed together with the Sentinel that it knew', async () => {
      const store = await open();
      const { master } = await masterAndReplica();
      for (let i = 0; i < 3; i += 1) await store.increment('killed', HOUR);
      await store.set('killed:value', 'kept', HOUR);
      await master.client.wait(1, 10_000);
      await set.hurry();
      await Promise.all([set.sentinels[0]?.kill(), master.kill()]);
      await expect(store.increment('killed', HOUR)).rejects.toMatchObject(unavailable);
      expect((await back(() => store.increment('killed', HOUR))).count).toBeGreaterThanOrEqual(4);
      expect(await back(() => store.take('killed:value'))).toBe('kept');
    });
  });

  describe('a master that hangs', () => {
    beforeAll(async () => {
      set = await SentinelSet.start(SECRET);
    });

    afterAll(() => set.stop());

    it('is left when its replica has taken over, and not believed when it wakes up', async () => {
      const store = await open();
      const { master, replica } = await masterAndReplica();
      await store.set('hung', 'before', HOUR);
      await master.client.wait(1, 10_000);
      await set.hurry();
      master.freeze();
      await expect(store.get('hung')).rejects.toMatchObject(unavailable);
      await back(() => store.set('hung', 'after', HOUR));
      expect(await replica.client.get('own:hung')).toBe('after');
      master.thaw();
      for (const each of [store, await open()]) expect(await back(() => each.get('hung'))).toBe('after');
    });
  });

  describe('a replica that lagged behind', () => {
    beforeAll(async () => {
      set = await SentinelSet.start(SECRET);
    });

    afterAll(() => set.stop());

    it('brings back what was taken: nothing that is spent may be kept here alone (R150)', async () => {
      const store = await open();
      const { master, replica } = await masterAndReplica();
      await store.set('stale', 'value', HOUR);
      await store.increment('stale:counter', HOUR);
      await master.client.wait(1, 10_000);
      await replica.client.config('SET', 'masterauth', 'wrong');
      await replica.client.client('KILL', 'TYPE', 'master');
      await eventually(async () => {
        must(/link_status:down/.test(await replica.client.info('replication')), 'out of step');
      });
      expect(await store.take('stale')).toBe('value');
      expect((await store.increment('stale:counter', HOUR)).count).toBe(2);
      await set.hurry();
      await master.kill();
      expect(await back(() => store.get('stale'))).toBe('value');
      expect((await back(() => store.increment('stale:counter', HOUR))).count).toBe(2);
    });
  });
});
