import type { EntitySchemaColumnOptions, ValueTransformer } from 'typeorm';
import type { ColumnShape } from './column-types';

// MySQL has no boolean of its own, and PostgreSQL and MySQL hand out 64-bit integers as text.
const booleanTransformer: ValueTransformer = {
  to: (value: unknown) => (typeof value === 'boolean' ? Number(value) : value),
  from: (value: unknown) => (value === null || value === undefined ? value : Boolean(value)),
};
const bigintTransformer: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => (value === null || value === undefined ? value : Number(value)),
};

/** A column of an entity: its name in the database, its shape and what else holds for it. */
export function entityColumn(
  name: string,
  shape: ColumnShape,
  more: Partial<EntitySchemaColumnOptions> = {},
): EntitySchemaColumnOptions {
  const transformer =
    shape.type === 'tinyint' ? booleanTransformer : shape.type === 'bigint' ? bigintTransformer : undefined;
  return { name, ...shape, ...(transformer && { transformer }), ...more };
}
