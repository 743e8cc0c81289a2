import { EntitySchema } from 'typeorm';
import type { Device } from '../../devices';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** The table `devices`. */
export function deviceEntity(types: ColumnTypes, prefix: string): EntitySchema<Device> {
  const name = tableName(prefix, 'devices');
  const constraint = constraintName.bind(undefined, prefix, 'devices');
  return new EntitySchema<Device>({
    name,
    tableName: name,
    columns: {
      id: column('id', types.id, { primary: true, primaryKeyConstraintName: constraint('pk') }),
      userId: column('user_id', types.id),
      tokenDigest: column('token_digest', types.ascii(64)),
      type: column('type', types.ascii(16)),
      browser: column('browser', types.text(64), { nullable: true }),
      os: column('os', types.text(64), { nullable: true }),
      network: column('network', types.ascii(64)),
      createdAt: column('created_at', types.time),
      lastSeenAt: column('last_seen_at', types.time),
      trustedUntil: column('trusted_until', types.time, { nullable: true }),
    },
    indices: [
      {
        name: constraint('uq', 'user_id', 'token_digest'),
        columns: ['userId', 'tokenDigest'],
        unique: true,
      },
      { name: constraint('ix', 'last_seen_at'), columns: ['lastSeenAt'] },
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
