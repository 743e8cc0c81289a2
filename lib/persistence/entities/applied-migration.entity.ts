import { EntitySchema } from 'typeorm';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** A row of the table `migrations`: one that has been applied. */
export interface AppliedMigrationRow {
  name: string;
  appliedAt: Date;
}

export function appliedMigrationEntity(
  types: ColumnTypes,
  prefix: string,
): EntitySchema<AppliedMigrationRow> {
  const name = tableName(prefix, 'migrations');
  return new EntitySchema<AppliedMigrationRow>({
    name,
    tableName: name,
    columns: {
      name: column('name', types.ascii(100), {
        primary: true,
        primaryKeyConstraintName: constraintName(prefix, 'migrations', 'pk'),
      }),
      appliedAt: column('applied_at', types.time),
    },
  });
}
