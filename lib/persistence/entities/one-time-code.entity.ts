import { EntitySchema } from 'typeorm';
import type { OneTimeCode } from '../../verification';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** The table `one_time_codes`: one row for a subject and purpose. */
export function oneTimeCodeEntity(types: ColumnTypes, prefix: string): EntitySchema<OneTimeCode> {
  const name = tableName(prefix, 'one_time_codes');
  const constraint = constraintName.bind(undefined, prefix, 'one_time_codes');
  const primary = { primary: true, primaryKeyConstraintName: constraint('pk') };
  return new EntitySchema<OneTimeCode>({
    name,
    tableName: name,
    columns: {
      purpose: column('purpose', types.ascii(32), primary),
      subject: column('subject', types.ascii(64), primary),
      userId: column('user_id', types.id, { nullable: true }),
      target: column('target', types.exact(254)),
      codeHash: column('code_hash', types.ascii(64)),
      linkHash: column('link_hash', types.ascii(64)),
      attempts: column('attempts', types.int),
      maxAttempts: column('max_attempts', types.int),
      sentAt: column('sent_at', types.time),
      expiresAt: column('expires_at', types.time),
      usedAt: column('used_at', types.time, { nullable: true }),
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
