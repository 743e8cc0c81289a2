import type { ResolvedConfig } from './config';
import type { Database } from './persistence';
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
