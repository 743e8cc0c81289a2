import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RedisProcess } from '../../../test/support/redis-process';
import { describeOwnRedis } from '../../../test/support/services';
import type { RedisAddress } from './redis-address';
import { RedisTransientStore } from './redis-transient-store';

const HOUR = 3_600_000;
const SECRET = 'hunter2-of-the-server';
/** Of a command, with room for a machine that is busy with other things. */
const GIVES_UP_MS = 2_500;
const unavailable = { code: 'SERVICE_UNAVAILABLE', retryAfter: 1 };
const unsaved = ['--save', ''];
const certificates = join(__dirname, '../../../test/support/tls');
const ca = readFileSync(join(certificates, 'localhost.cert.pem'));

describeOwnRedis('RedisTransientStore and faults of its server', () => {
  let server: RedisProcess;
  const stores: RedisTransientStore[] = [];
  const hosts: Redis[] = [];

  beforeAll(async () => {
    server = await RedisProcess.start({ args: unsaved });
  });

  afterEach(async () => {
    for (const host of hosts.splice(0)) host.disconnect();
    for (const store of stores.splice(0)) await store.close();
  });

  afterAll(() => server.stop());

  async function open(address: RedisAddress = { url: server.url }): Promise<RedisTransientStore> {
    const store = new RedisTransientStore(address, { keyPrefix: 'own:' });
    stores.push(store);
    await store.open();
    return store;
  }

  /** The refusal, and how long it took. */
  async function refused(call: Promise<unknown>): Promise<number> {
    const start = performance.now();
    await expect(call).rejects.toMatchObject(unavailable);
    return performance.now() - start;
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

  it('killed and started again: refuses at once, sends nothing later, and needs no restart (FAULT-4)', async () => {
    for (const store of [await open(), await hostStore()]) {
      await store.increment('killed', HOUR);
      await server.kill();
      for (let i = 0; i < 20; i += 1) {
        expect(await refused(store.increment('killed', HOUR))).toBeLessThan(GIVES_UP_MS);
      }
      await server.launch();
      // It has forgotten everything, so this is the first increment that it sees.
      expect((await back(() => store.increment('killed', HOUR))).count).toBe(1);
    }
  });

  /** On a client of the host with the settings that the documentation gives. */
  async function hostStore(): Promise<RedisTransientStore> {
    const host = new Redis(server.url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
    });
    hosts.push(host);
    const store = new RedisTransientStore(host, { keyPrefix: 'own:' });
    await store.open();
    stores.push(store);
    await back(() => store.get('ready'));
    return store;
  }

  it('stopped with open connections: each command gives up, and the process goes on (FAULT-6)', async () => {
    const store = await open();
    server.freeze();
    await expect(store.increment('frozen', HOUR)).rejects.toMatchObject({
      ...unavailable,
      cause: { message: 'no answer of Redis within 500 ms' },
    });
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 10);
    let slowest = 0;
    let calls = 0;
    const end = performance.now() + 3_000;
    while (performance.now() < end) {
      const waits = await Promise.all(
        Array.from({ length: 20 }, (_, i) => refused(store.increment(`frozen:${i}`, HOUR))),
      );
      calls += waits.length;
      slowest = Math.max(slowest, ...waits);
      await sleep(20);
    }
    clearInterval(timer);
    server.thaw();
    expect(slowest).toBeLessThan(GIVES_UP_MS);
    // 300 on an idle machine: nothing that waits holds the others up.
    expect(turns).toBeGreaterThan(30);
    // Once the connection is given up nothing is waited for: the callers came more often than every half second.
    expect(calls).toBeGreaterThan(20 * 7);
    await back(() => store.get('frozen'));
  });

  it('flushed: counters start again, and nothing else happens (FAULT-5)', async () => {
    const store = await open();
    await store.increment('flushed', HOUR);
    await store.set('flushed:value', 'value', HOUR);
    await server.client.flushall();
    expect(await store.take('flushed:value')).toBeNull();
    await store.decrement('flushed');
    expect((await store.increment('flushed', HOUR)).count).toBe(1);
  });

  it('turned into a replica: refuses to count, and looks for the master again', async () => {
    const store = await open();
    await server.client.replicaof('127.0.0.1', '1');
    await refused(store.increment('replica', HOUR));
    await server.client.replicaof('NO', 'ONE');
    expect((await back(() => store.increment('replica', HOUR))).count).toBe(1);
  });

  it('full: refuses to write, and nothing is lost', async () => {
    const store = await open();
    await store.increment('full', HOUR);
    await server.client.config('SET', 'maxmemory', '1');
    await refused(store.increment('full', HOUR));
    await refused(store.set('full:value', 'value', HOUR));
    await server.client.config('SET', 'maxmemory', '0');
    expect((await store.increment('full', HOUR)).count).toBe(2);
  });

  it('takes an answer that came while this process was held up', async () => {
    const store = await open();
    await store.set('held', 'value', HOUR);
    const reply = store.get('held');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
    expect(await reply).toBe('value');
    expect(await store.get('held')).toBe('value');
  });

  it('ends counters on time under load, and starts each again at 1', async () => {
    const store = await open();
    const states: { count: number; ttlMs: number }[] = [];
    const end = performance.now() + 1_500;
    while (performance.now() < end) {
      states.push(...(await Promise.all(Array.from({ length: 20 }, () => store.increment('load', 100)))));
    }
    expect(states.every(({ ttlMs }) => ttlMs > 0 && ttlMs <= 100)).toBe(true);
    const times: number[] = [];
    const seen = (count: number): number => times[count] ?? 0;
    for (const { count } of states) times[count] = seen(count) + 1;
    expect(seen(1)).toBeGreaterThan(1);
    // Each run counts from 1 without a gap, so no number is seen more often than the one before it.
    for (let count = 2; count < times.length; count += 1) {
      if (seen(count) > seen(count - 1)) expect.fail(`${count} was given more often than ${count - 1}`);
    }
    await eventually(async () => expect(await server.client.exists('own:load')).toBe(0));
  });

  describe('with a password and TLS', () => {
    const secret = ['--requirepass', SECRET, '--masterauth', SECRET];
    const tls = {
      cert: join(certificates, 'localhost.cert.pem'),
      key: join(certificates, 'localhost.key.pem'),
    };
    let secured: RedisProcess;
    let port: number;

    beforeAll(async () => {
      secured = await RedisProcess.start({ password: SECRET, args: [...unsaved, ...secret], tls });
      port = secured.tlsPort;
      await secured.client.call('ACL', 'SETUSER', 'nauth', 'on', `>${SECRET}`, '~own:*', '+@all');
    });

    afterAll(() => secured.stop());

    it('lets in whoever knows them, in every way of saying so', async () => {
      const addresses: RedisAddress[] = [
        { url: `redis://:${SECRET}@127.0.0.1:${secured.port}` },
        { url: secured.url, password: SECRET },
        { url: secured.url, username: 'nauth', password: SECRET },
        { url: `rediss://nauth:${SECRET}@localhost:${port}`, tls: { ca } },
        { url: `redis://localhost:${port}`, password: SECRET, tls: { ca } },
      ];
      for (const address of addresses) {
        const store = await open(address);
        expect((await store.increment('secured', HOUR)).count).toBe(addresses.indexOf(address) + 1);
      }
    });

    it('asks Sentinels that speak TLS for a master that does', async () => {
      const sentinel = await RedisProcess.start({
        password: SECRET,
        args: ['--sentinel', '--tls-replication', 'yes', '--requirepass', SECRET],
        config: [`sentinel monitor main 127.0.0.1 ${port} 1`, `sentinel auth-pass main ${SECRET}`],
        tls,
      });
      try {
        const store = await open({
          sentinels: [{ host: 'localhost', port: sentinel.tlsPort }],
          name: 'main',
          username: 'nauth',
          password: SECRET,
          tls: { ca },
          db: 2,
          sentinelPassword: SECRET,
          sentinelTls: { ca },
        });
        await store.set('by-sentinel', 'value', HOUR);
        await secured.client.select(2);
        expect(await secured.client.get('own:by-sentinel')).toBe('value');
        await secured.client.select(0);
      } finally {
        await sentinel.stop();
      }
    });

    it('speaks TLS with a cluster, with the certificates of its names', async () => {
      const node = await RedisProcess.start({
        password: SECRET,
        cluster: true,
        args: [...unsaved, ...secret, '--tls-cluster', 'yes', '--cluster-announce-ip', '127.0.0.1'],
        tls,
      });
      try {
        await node.client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
        const store = await open({
          nodes: [{ host: 'localhost', port: node.tlsPort }],
          password: SECRET,
          tls: { ca },
        });
        await store.set('by-cluster', 'value', HOUR);
        expect(await node.client.get('own:by-cluster')).toBe('value');
      } finally {
        await node.stop();
      }
    });

    it('does not start where it is not let in, and tells no password', async () => {
      const wrong = `${SECRET}-wrong`;
      const addresses: [RedisAddress, RegExp][] = [
        [{ url: secured.url }, /its url .*NOAUTH/],
        [{ url: secured.url, password: wrong }, /its url .*WRONGPASS/],
        [{ url: `redis://nauth:${wrong}@127.0.0.1:${secured.port}` }, /its url .*WRONGPASS/],
        [{ url: `rediss://:${SECRET}@localhost:${port}` }, /its url .*self.signed/],
        [{ url: `redis://:${SECRET}@127.0.0.1:1` }, /its url .*ECONNREFUSED/],
        [{ nodes: [{ host: '127.0.0.1', port: 1 }], password: wrong }, /its nodes .*Connection is closed/],
        [{ nodes: [secured.node], password: wrong }, /its nodes .*WRONGPASS/],
      ];
      await Promise.all(
        addresses.map(async ([address, reason]) => {
          const told: unknown[] = [];
          const store = new RedisTransientStore(address, { onError: (error) => told.push(error) });
          const error: unknown = await store.open().catch((cause: unknown) => cause);
          expect(String(error)).toMatch(reason);
          expect(told.length).toBeGreaterThan(0);
          expect(inspect([error, told], { depth: 10, showHidden: true })).not.toContain(SECRET);
          await expect(store.get('key')).rejects.toMatchObject(unavailable);
        }),
      );
    });

    it('tells nothing of what was to be stored', async () => {
      const store = await open({ url: secured.url, password: SECRET });
      await secured.client.call('ACL', 'SETUSER', 'default', '-@write');
      const error: unknown = await store.set('key', 'canary', HOUR).catch((cause: unknown) => cause);
      await secured.client.call('ACL', 'SETUSER', 'default', '+@write');
      expect(error).toMatchObject(unavailable);
      expect(inspect(error, { depth: 10, showHidden: true })).toMatch(/NOPERM/);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
    });
  });
});

describe('addresses', () => {
  it.each([
    {},
    { url: '' },
    { url: 'http://127.0.0.1' },
    { url: 'redis://user:pa#ss@host' },
    { sentinels: [], name: 'main' },
    { sentinels: [{ host: 'a' }], name: '' },
    { nodes: [] },
    { nodes: [{ port: 6379 }] },
  ])('refuses %j', (address) => {
    // What only the types forbid, so that a configuration in JavaScript hears of it too.
    const build = (): unknown => Reflect.construct(RedisTransientStore, [address]);
    expect(build).toThrow(/^RedisTransientStore: /);
    expect(build).not.toThrow(/pa#ss/);
  });
});
