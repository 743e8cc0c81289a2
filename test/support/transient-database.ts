import { randomBytes } from 'node:crypto';
import { DataSource, Table, type DataSourceOptions, type EntityManager } from 'typeorm';
import type { Clock } from '../../lib/common';
import { DatabaseTransientStore } from '../../lib/storage';
import type { DatabaseFamily } from '../../lib/storage/database/transient-database';

export interface ManualClock extends Clock {
  advance(milliseconds: number): Promise<void>;
}

export function manualClock(): ManualClock {
  let time = Date.UTC(2026, 0, 1);
  return {
    now: () => time,
    advance: async (milliseconds) => {
      time += milliseconds;
    },
  };
}

/** The columns of the migration, but on MySQL with the loosest collation that a value may meet. */
function transientTable(name: string, family: DatabaseFamily): Table {
  const exact = family === 'mysql' ? { charset: 'ascii', collation: 'ascii_bin' } : {};
  return new Table({
    name,
    columns: [
      { name: 'entry_key', type: 'varchar', length: '200', isPrimary: true, ...exact },
      { name: 'entry_value', type: 'text', isNullable: true },
      { name: 'entry_count', type: 'int', default: 0 },
      { name: 'expires_at_ms', type: 'bigint' },
    ],
    indices: [{ name: `ix_${name}_expires`, columnNames: ['expires_at_ms'] }],
  });
}

/** Two instances of the host on a transient table of their own, which `dispose` drops. */
export async function openTransientDatabase(options: DataSourceOptions, family: DatabaseFamily) {
  const table = `T${randomBytes(4).toString('hex')}_transient`;
  const sources = [new DataSource(options), new DataSource(options)] as const;
  for (const source of sources) await source.initialize();
  const path = options.type === 'postgres' && options.schema ? `${options.schema}.${table}` : table;
  const runner = sources[0].createQueryRunner();
  await runner.createTable(transientTable(path, family));
  await runner.release();
  const clock = manualClock();
  const quoted = path
    .split('.')
    .map((part) => sources[0].driver.escape(part))
    .join('.');
  const store = (execute: <T>(work: (manager: EntityManager) => Promise<T>) => Promise<T>) =>
    new DatabaseTransientStore({ family, execute, tableName: () => quoted }, clock);
  return {
    table,
    sources,
    clock,
    store,
    stores: [store((work) => work(sources[0].manager)), store((work) => work(sources[1].manager))] as const,
    /** Rows in the table, expired ones included. */
    async rows(): Promise<number> {
      const name = sources[0].driver.escape(table);
      const [row] = await sources[0].query<{ total: number | string }[]>(
        `SELECT COUNT(*) AS total FROM ${name}`,
      );
      return Number(row?.total);
    },
    async dispose() {
      const last = sources[0].createQueryRunner();
      await last.dropTable(path);
      await last.release();
      for (const source of sources) await source.destroy();
    },
  };
}

export type TransientDatabaseUnderTest = Awaited<ReturnType<typeof openTransientDatabase>>;
