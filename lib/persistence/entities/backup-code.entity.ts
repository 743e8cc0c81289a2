import { EntitySchema } from 'typeorm';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** A row of the table `mfa_backup_codes`. */
export interface BackupCodeRow {
  userId: string;
  codeHash: string;
  createdAt: Date;
  usedAt: Date | null;
}

export function backupCodeEntity(types: ColumnTypes, prefix: string): EntitySchema<BackupCodeRow> {
  const name = tableName(prefix, 'mfa_backup_codes');
  const constraint = constraintName.bind(undefined, prefix, 'mfa_backup_codes');
  const primary = { primary: true, primaryKeyConstraintName: constraint('pk') };
  return new EntitySchema<BackupCodeRow>({
    name,
    tableName: name,
    columns: {
      userId: column('user_id', types.id, primary),
      codeHash: column('code_hash', types.ascii(64), primary),
      createdAt: column('created_at', types.time),
      usedAt: column('used_at', types.time, { nullable: true }),
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
