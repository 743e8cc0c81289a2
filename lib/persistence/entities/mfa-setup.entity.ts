import { EntitySchema } from 'typeorm';
import type { PendingFactor } from '../../mfa';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** The table `mfa_setups`: one row for a session or challenge and a method. */
export function mfaSetupEntity(types: ColumnTypes, prefix: string): EntitySchema<PendingFactor> {
  const name = tableName(prefix, 'mfa_setups');
  const constraint = constraintName.bind(undefined, prefix, 'mfa_setups');
  const primary = { primary: true, primaryKeyConstraintName: constraint('pk') };
  return new EntitySchema<PendingFactor>({
    name,
    tableName: name,
    columns: {
      binding: column('binding', types.ascii(64), primary),
      type: column('type', types.ascii(16), primary),
      id: column('id', types.id),
      userId: column('user_id', types.id),
      secret: column('secret', types.longText, { nullable: true }),
      target: column('target', types.exact(254), { nullable: true }),
      createdAt: column('created_at', types.time),
      expiresAt: column('expires_at', types.time),
    },
    indices: [
      { name: constraint('ix', 'user_id'), columns: ['userId'] },
      { name: constraint('ix', 'expires_at'), columns: ['expiresAt'] },
    ],
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
