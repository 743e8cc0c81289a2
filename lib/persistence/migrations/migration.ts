import type { QueryRunner, TableColumnOptions } from 'typeorm';
import type { ColumnShape, ColumnTypes, TableName } from '../entities';

/** What a migration may use. */
export interface MigrationContext {
  runner: QueryRunner;
  types: ColumnTypes;
  tablePrefix: string;
  /** The path of a table, with its schema where there is one. */
  path(table: TableName): string;
}

/**
 * One step of the schema. Steps are never changed once released, only added (R152). MySQL keeps each DDL statement at
 * once, so a step must be able to run again after it was cut off at any statement.
 */
export interface SchemaMigration {
  name: string;
  up(context: MigrationContext): Promise<void>;
}

export function migrationColumn(
  name: string,
  shape: ColumnShape,
  more: Partial<TableColumnOptions> = {},
): TableColumnOptions {
  const { type, ...rest } = shape;
  // TypeORM keeps JSON as text where the engine has no type for it.
  return { name, ...rest, type: type === 'simple-json' ? 'text' : type, ...more };
}

/** A whole number as default, in the words of the engine. */
export function numberDefault(types: ColumnTypes, value: number): string {
  return types.family === 'sqlite' ? String(value) : `'${value}'`;
}
