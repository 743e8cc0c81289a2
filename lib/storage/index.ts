export * from './cleaner';
export * from './database/database-transient-store';
export * from './exclusive-task';
export * from './memory/memory-transient-store';
export type * from './redis/redis-address';
export type * from './redis/redis-client';
export * from './redis/redis-transient-store';
export * from './transient-store';
