import { EntitySchema } from 'typeorm';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** A row of the table `passkey_handles`: what authenticators know an account by. */
export interface PasskeyHandleRow {
  userId: string;
  handle: string;
}

export function passkeyHandleEntity(types: ColumnTypes, prefix: string): EntitySchema<PasskeyHandleRow> {
  const name = tableName(prefix, 'passkey_handles');
  const constraint = constraintName.bind(undefined, prefix, 'passkey_handles');
  return new EntitySchema<PasskeyHandleRow>({
    name,
    tableName: name,
    columns: {
      userId: column('user_id', types.id, { primary: true, primaryKeyConstraintName: constraint('pk') }),
      handle: column('handle', types.ascii(86)),
    },
    foreignKeys: [
      {
        name: constraint('fk', 'user_id'),
        target: tableName(prefix, 'users'),
        columnNames: ['userId'],
        referencedColumnNames: ['id'],
        onDelete: 'CASCADE',
        onUpdate: 'NO ACTION',
      },
    ],
  });
}
