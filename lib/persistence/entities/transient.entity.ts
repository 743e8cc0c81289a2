import { EntitySchema } from 'typeorm';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** A row of the table `transient`: short-lived values and counters. */
export interface TransientRow {
  entryKey: string;
  entryValue: string | null;
  entryCount: number;
  /** Milliseconds since the Unix epoch. */
  expiresAtMs: number;
}

export function transientEntity(types: ColumnTypes, prefix: string): EntitySchema<TransientRow> {
  const name = tableName(prefix, 'transient');
  const constraint = constraintName.bind(undefined, prefix, 'transient');
  return new EntitySchema<TransientRow>({
    name,
    tableName: name,
    columns: {
      entryKey: column('entry_key', types.exact(200), {
        primary: true,
        primaryKeyConstraintName: constraint('pk'),
      }),
      entryValue: column('entry_value', types.longText, { nullable: true }),
      entryCount: column('entry_count', types.int, { default: 0 }),
      expiresAtMs: column('expires_at_ms', types.bigint),
    },
    indices: [{ name: constraint('ix', 'expires_at_ms'), columns: ['expiresAtMs'] }],
  });
}
