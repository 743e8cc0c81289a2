import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { DataSourceOptions } from 'typeorm';
import { age } from '../../test/support/redis-time';
import {
  describeEngine,
  describeRedis,
  mariadbUrl,
  postgresUrl,
  redisUrl,
} from '../../test/support/services';
import { manualClock, openTransientDatabase } from '../../test/support/transient-database';
import type { DatabaseFamily } from './database/transient-database';
import { MemoryTransientStore, RedisTransientStore } from './index';
import { transientStoreContract, type StoreUnderTest } from './transient-store.contract';

async function openDatabase(options: DataSourceOptions, family: DatabaseFamily): Promise<StoreUnderTest> {
  const { stores, clock, dispose } = await openTransientDatabase(options, family);
  return { stores, unit: 60_000, advance: clock.advance, dispose };
}

transientStoreContract('memory', async () => {
  const clock = manualClock();
  const store = new MemoryTransientStore(clock);
  return { stores: [store, store], unit: 60_000, advance: clock.advance, dispose: () => store.close() };
});

transientStoreContract('SQLite', async () => {
  const file = join(tmpdir(), `nauth-transient-${randomBytes(6).toString('hex')}.sqlite`);
  const libsql: unknown = (await import('libsql')).default;
  const subject = await openDatabase(
    { type: 'better-sqlite3', database: file, driver: libsql, enableWAL: true },
    'sqlite',
  );
  return {
    ...subject,
    async dispose() {
      await subject.dispose();
      for (const end of ['', '-wal', '-shm']) await rm(file + end, { force: true });
    },
  };
});

describeEngine('postgres', 'on a PostgreSQL server', () => {
  transientStoreContract('PostgreSQL', () =>
    openDatabase({ type: 'postgres', url: postgresUrl, poolSize: 20 }, 'postgres'),
  );

  transientStoreContract('PostgreSQL, REPEATABLE READ', () =>
    openDatabase(
      {
        type: 'postgres',
        url: postgresUrl,
        poolSize: 20,
        extra: { options: '-c default_transaction_isolation=repeatable\\ read' },
      },
      'postgres',
    ),
  );
});

describeEngine('mariadb', 'on a MariaDB server', () => {
  transientStoreContract('MariaDB', () =>
    openDatabase({ type: 'mysql', url: mariadbUrl, poolSize: 20, timezone: 'Z' }, 'mysql'),
  );

  transientStoreContract('MariaDB, pool of one, without FOUND_ROWS', () =>
    openDatabase(
      { type: 'mysql', url: mariadbUrl, poolSize: 1, timezone: 'Z', flags: ['-FOUND_ROWS'] },
      'mysql',
    ),
  );
});

describeRedis('on a Redis server', () => {
  transientStoreContract('Redis', async () => {
    const keyPrefix = `test-${randomBytes(4).toString('hex')}:`;
    const client = new Redis(redisUrl, { lazyConnect: true, retryStrategy: () => null });
    await client.connect();
    const stores = [
      new RedisTransientStore(client, { keyPrefix }),
      new RedisTransientStore({ url: redisUrl }, { keyPrefix }),
    ] as const;
    for (const store of stores) await store.open();
    return {
      stores,
      unit: 60_000,
      advance: (milliseconds) => age(client, keyPrefix, milliseconds),
      async dispose() {
        const keys = await client.keys(`${keyPrefix}*`);
        if (keys.length > 0) await client.del(...keys);
        for (const store of stores) await store.close();
        await client.quit();
      },
    };
  });
});
