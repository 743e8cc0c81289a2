import type { EntityManager } from 'typeorm';
import type { DatabaseFamily } from './transient-database';

export type SqlValues = Readonly<Record<string, string | number>>;
export type SqlRow = Readonly<Record<string, unknown>>;

export interface SqlResult {
  /** Rows of a SELECT or RETURNING. */
  rows: readonly SqlRow[];
  /** MySQL and MariaDB: rows that a DELETE removed. */
  affected: number;
  /** MySQL and MariaDB: the argument of LAST_INSERT_ID in the statement, 0 if it was not evaluated. */
  insertId: number;
}

export type RunSql = (text: string, values: SqlValues) => Promise<SqlResult>;

/** Turns `:name` placeholders into those of the engine: `$1` in PostgreSQL, `?` in the others. */
export function placeholders(
  family: DatabaseFamily,
  text: string,
  values: SqlValues,
): { text: string; parameters: (string | number)[] } {
  const names: string[] = [];
  const parameters: (string | number)[] = [];
  const sql = text.replace(/:([a-z]\w*)/gi, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for placeholder ${name}`);
    const known = names.indexOf(name);
    if (family === 'postgres' && known >= 0) return `$${known + 1}`;
    names.push(name);
    parameters.push(value);
    return family === 'postgres' ? `$${names.length}` : '?';
  });
  return { text: sql, parameters };
}

/** Statements on one manager, their results in one shape. `{table}` in a text stands for the table, quoted. */
export function sqlRunner(family: DatabaseFamily, manager: EntityManager, table: string): RunSql {
  return async (text, values) => {
    const statement = placeholders(family, text, values);
    const sql = statement.text.replaceAll('{table}', () => table);
    return toResult(await manager.query<unknown>(sql, statement.parameters));
  };
}

function toResult(raw: unknown): SqlResult {
  if (Array.isArray(raw)) {
    // TypeORM gives [rows, count] for UPDATE and DELETE of PostgreSQL, and the rows themselves for all else.
    const rows: unknown[] = Array.isArray(raw[0]) ? raw[0] : raw;
    return { rows: rows.filter(isRow), affected: 0, insertId: 0 };
  }
  const header = isRow(raw) ? raw : {};
  return { rows: [], affected: Number(header.affectedRows ?? 0), insertId: Number(header.insertId ?? 0) };
}

function isRow(value: unknown): value is SqlRow {
  return typeof value === 'object' && value !== null;
}
