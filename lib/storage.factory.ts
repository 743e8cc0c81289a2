import type { ResolvedConfig } from './config';
import type { Database } from './persistence';
import { ResilientCounters, type Counters } from './rate-limit';
import { DatabaseTransientStore, MemoryTransientStore, type TransientStore } from './storage';

/** The configured store, opened. */
export async function openTransientStore(
  config: ResolvedConfig,
  database: Database,
): Promise<TransientStore> {
  const store = createStore(config, database);
  await store.open?.();
  return store;
}

function createStore(config: ResolvedConfig, database: Database): TransientStore {
  if (typeof config.storageAdapter === 'object') return config.storageAdapter;
  return config.storageAdapter === 'memory'
    ? new MemoryTransientStore(config.clock)
    : new DatabaseTransientStore(database, config.clock);
}

/**
 * Where limits count. A store of its own may be down while the accounts can be reached, so there is something to fall
 * back to. The database cannot: without it there are no accounts to log in to, and the answer is 503 (R148, R149).
 */
export function createCounters(config: ResolvedConfig, store: TransientStore): Counters {
  return typeof config.storageAdapter === 'object' ? new ResilientCounters(store, config.clock) : store;
}
