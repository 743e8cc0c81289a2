import { fileURLToPath } from 'node:url';
import type { DataSourceOptions } from 'typeorm';
import type { HarnessDatabase } from './harness-file';
import type { Counters } from './counters';
import { CountingLogger } from './counting-logger';

/** Options of the database whose statements are counted. What they leave out, the toolkit fills in as for an address. */
export function countedDatabase(database: HarnessDatabase, counters: Counters): DataSourceOptions {
  const counted = { logging: ['query'] as 'query'[], logger: new CountingLogger(counters) };
  const pool = database.poolSize === undefined ? {} : { poolSize: database.poolSize };
  switch (database.type) {
    case 'sqlite':
      return { type: 'better-sqlite3', database: sqlitePath(database.url), ...counted };
    case 'postgres':
      return { type: 'postgres', url: database.url, ...pool, ...counted };
    default:
      return { type: database.type, url: database.url, ...pool, ...counted };
  }
}

function sqlitePath(url: string): string {
  if (url.startsWith('file://')) return fileURLToPath(url);
  return url.replace(/^(?:file|sqlite):/, '');
}
