import { EntitySchema } from 'typeorm';
import type { Channel } from '../../notifications';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** A row of the table `password_credentials`: at most one per user. */
export interface PasswordCredentialRow {
  userId: string;
  /** Left out of every query that does not ask for it. */
  passwordHash?: string;
  changedAt: Date;
  /** When the demand was made to change it at the next login. */
  changeRequiredAt: Date | null;
  /** The channel whose code set it, until another factor was shown. */
  recoveredBy: Channel | null;
  createdAt: Date;
}

export function passwordCredentialEntity(
  types: ColumnTypes,
  prefix: string,
): EntitySchema<PasswordCredentialRow> {
  const name = tableName(prefix, 'password_credentials');
  const constraint = constraintName.bind(undefined, prefix, 'password_credentials');
  return new EntitySchema<PasswordCredentialRow>({
    name,
    tableName: name,
    columns: {
      userId: column('user_id', types.id, { primary: true, primaryKeyConstraintName: constraint('pk') }),
      passwordHash: column('password_hash', types.ascii(255), { select: false }),
      changedAt: column('changed_at', types.time),
      createdAt: column('created_at', types.time),
      changeRequiredAt: column('change_required_at', types.time, { nullable: true }),
      recoveredBy: column('recovered_by', types.ascii(16), { nullable: true }),
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
