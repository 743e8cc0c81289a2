import { EntitySchema } from 'typeorm';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** A row of the table `password_history`: a password that a user had before. */
export interface PasswordHistoryRow {
  /** Grows with time, also within one millisecond. */
  sequence: number;
  userId: string;
  passwordHash: string;
  replacedAt: Date;
}

export function passwordHistoryEntity(types: ColumnTypes, prefix: string): EntitySchema<PasswordHistoryRow> {
  const name = tableName(prefix, 'password_history');
  const constraint = constraintName.bind(undefined, prefix, 'password_history');
  return new EntitySchema<PasswordHistoryRow>({
    name,
    tableName: name,
    columns: {
      sequence: column('sequence', types.sequence, {
        primary: true,
        generated: 'increment',
        primaryKeyConstraintName: constraint('pk'),
      }),
      userId: column('user_id', types.id),
      passwordHash: column('password_hash', types.ascii(255)),
      replacedAt: column('replaced_at', types.time),
    },
    indices: [{ name: constraint('ix', 'user_id', 'sequence'), columns: ['userId', 'sequence'] }],
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
