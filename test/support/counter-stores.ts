import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { describe } from 'vitest';
import { openDatabase, type Database } from '../../lib/persistence';
import { DatabaseTransientStore, MemoryTransientStore, RedisTransientStore } from '../../lib/storage';
import type { TransientStore } from '../../lib/storage';
import { createTestDatabase, describeEachEngine, describeRedis, redisUrl, type EngineName } from './services';
import { manualClock, type ManualClock } from './transient-database';

/** Two instances of the host on one store, with the toolkit's own pool, deadlines, retries and migrated table. */
export interface StoreInstances {
  stores: readonly [TransientStore, TransientStore];
  /** The clock of the stores; Redis goes by its own. */
  clock: ManualClock;
  databases: readonly Database[];
  dispose(): Promise<void>;
}

export async function openDatabaseInstances(engine: EngineName, poolSize: number): Promise<StoreInstances> {
  const created = await createTestDatabase(engine, poolSize);
  const open = () =>
    openDatabase({
      database: created.options,
      tablePrefix: 'nauth_',
      migrations: { autoRun: true },
      logger: new Logger(),
    });
  const databases = [await open(), await open()] as const;
  const clock = manualClock();
  const store = (database: Database) => new DatabaseTransientStore(database, clock);
  return {
    clock,
    databases,
    stores: [store(databases[0]), store(databases[1])],
    async dispose() {
      for (const database of databases) await database.close();
      await created.drop();
    },
  };
}

async function openRedisInstances(): Promise<StoreInstances> {
  const keyPrefix = `test-${randomBytes(6).toString('hex')}:`;
  const stores = [0, 1].map(() => new RedisTransientStore({ url: redisUrl }, { keyPrefix }));
  for (const store of stores) await store.open();
  const [first, second] = stores;
  if (!first || !second) throw new Error('two stores were made');
  return {
    stores: [first, second],
    clock: manualClock(),
    databases: [],
    async dispose() {
      for (const store of stores) await store.close();
      const client = new Redis(redisUrl);
      const keys = await client.keys(`${keyPrefix}*`);
      if (keys.length > 0) await client.del(...keys);
      await client.quit();
    },
  };
}

function openMemory(): Promise<StoreInstances> {
  const clock = manualClock();
  const store = new MemoryTransientStore(clock);
  return Promise.resolve({ stores: [store, store], clock, databases: [], dispose: () => store.close() });
}

/** A suite on every store that counters may live in: memory, the three engines and Redis. */
export function describeEachStore(
  title: string,
  suite: (name: string, open: () => Promise<StoreInstances>) => void,
): void {
  describe(`${title} (memory)`, () => suite('memory', openMemory));
  describeEachEngine(title, (engine) => suite(engine, () => openDatabaseInstances(engine, 10)));
  describeRedis(`${title} (Redis)`, () => suite('redis', openRedisInstances));
}
