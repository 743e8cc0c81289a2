import type { NAuthConfig } from '@nauth-toolkit/nestjs';
import { expect } from 'vitest';
import type { DataSource, Logger } from 'typeorm';
import { hookNames } from '../../../lib/hooks';
import type { EngineName } from '../../support/services';

/** Everything that is written anywhere but into the database. */
export class Sink {
  readonly lines: string[] = [];
  readonly write = (...values: unknown[]): void => {
    this.lines.push(
      values
        .map((value) =>
          value instanceof Error ? `${value.message} ${value.stack}` : (JSON.stringify(value) ?? ''),
        )
        .join(' '),
    );
  };

  get text(): string {
    return this.lines.join('\n');
  }
}

/** As `logging: 'all'`, with the parameters of every statement. */
export function typeormLogger({ write }: Sink): Logger {
  const [logQuery, logQueryError, logQuerySlow, logSchemaBuild, logMigration, log] = [
    (query: string, parameters?: unknown) => write(query, parameters),
    (error: string | Error, query: string, parameters?: unknown) => write(error, query, parameters),
    (time: number, query: string, parameters?: unknown) => write(time, query, parameters),
    (message: string) => write(message),
    (message: string) => write(message),
    (_level: string, message: unknown) => write(message),
  ];
  return { logQuery, logQueryError, logQuerySlow, logSchemaBuild, logMigration, log };
}

/** Whatever the toolkit says, and to whom, goes into the sink. */
export function loud(sink: Sink): Partial<NAuthConfig> {
  const { write } = sink;
  const instance = { log: write, warn: write, error: write, debug: write, verbose: write, fatal: write };
  return {
    logger: { instance },
    hooks: Object.fromEntries(hookNames.map((name) => [name, (event: unknown) => write(name, event)])),
    password: { bcryptCost: 4 },
  };
}

const TABLES: Readonly<Record<EngineName, string>> = {
  sqlite: "SELECT name FROM sqlite_master WHERE type = 'table'",
  postgres: "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  mariadb: 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
};

/** Every row of every table, in JSON; bytes as characters of the same codes. */
export async function dump(dataSource: DataSource, engine: EngineName): Promise<string> {
  const tables = await dataSource.query<{ name: string }[]>(TABLES[engine]);
  expect(tables.length).toBeGreaterThan(5);
  const rows = await Promise.all(
    tables.map(({ name }) => dataSource.query<unknown>(`SELECT * FROM ${name}`)),
  );
  return JSON.stringify(rows, (_, value: unknown) => (isBytes(value) ? toCharacters(value) : value));
}

/** A Buffer has its toJSON called before the replacer sees it. */
function isBytes(value: unknown): value is { type: 'Buffer'; data: number[] } {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'type') === 'Buffer';
}

function toCharacters({ data }: { data: number[] }): string {
  return Buffer.from(data).toString('latin1');
}
