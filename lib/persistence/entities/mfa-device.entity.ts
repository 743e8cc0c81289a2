import { EntitySchema } from 'typeorm';
import type { MfaDevice } from '../../mfa';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** The table `mfa_devices`. */
export function mfaDeviceEntity(types: ColumnTypes, prefix: string): EntitySchema<MfaDevice> {
  const name = tableName(prefix, 'mfa_devices');
  const constraint = constraintName.bind(undefined, prefix, 'mfa_devices');
  return new EntitySchema<MfaDevice>({
    name,
    tableName: name,
    columns: {
      id: column('id', types.id, { primary: true, primaryKeyConstraintName: constraint('pk') }),
      userId: column('user_id', types.id),
      type: column('type', types.ascii(16)),
      slot: column('slot', types.ascii(64)),
      name: column('device_name', types.text(64)),
      isActive: column('is_active', types.bool),
      preferredAt: column('preferred_at', types.time, { nullable: true }),
      secret: column('secret', types.longText, { nullable: true }),
      target: column('target', types.exact(254), { nullable: true }),
      createdAt: column('created_at', types.time),
      lastUsedAt: column('last_used_at', types.time, { nullable: true }),
    },
    indices: [{ name: constraint('uq', 'user_id', 'slot'), columns: ['userId', 'slot'], unique: true }],
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
