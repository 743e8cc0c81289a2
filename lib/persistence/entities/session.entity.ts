import { EntitySchema } from 'typeorm';
import type { Session } from '../../sessions';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';
import type { UserRow } from './user.entity';

/** A row of the table `sessions`. */
export interface SessionRow extends Session {
  /** Filled by queries that join it. */
  user?: UserRow;
}

export function sessionEntity(types: ColumnTypes, prefix: string): EntitySchema<SessionRow> {
  const name = tableName(prefix, 'sessions');
  const constraint = constraintName.bind(undefined, prefix, 'sessions');
  return new EntitySchema<SessionRow>({
    name,
    tableName: name,
    columns: {
      id: column('id', types.id, { primary: true, primaryKeyConstraintName: constraint('pk') }),
      userId: column('user_id', types.id),
      generation: column('generation', types.int),
      refreshSalt: column('refresh_salt', types.ascii(64)),
      delivery: column('delivery', types.ascii(16)),
      authMethod: column('auth_method', types.ascii(32)),
      amr: column('amr', types.json),
      mfaSparedBy: column('mfa_spared_by', types.ascii(16), { nullable: true }),
      authTime: column('auth_time', types.time),
      deviceId: column('device_id', types.id, { nullable: true }),
      deviceName: column('device_name', types.text(255), { nullable: true }),
      deviceType: column('device_type', types.ascii(16), { nullable: true }),
      browser: column('browser', types.text(64), { nullable: true }),
      os: column('os', types.text(64), { nullable: true }),
      network: column('network', types.ascii(64), { nullable: true }),
      country: column('country', types.ascii(2), { nullable: true }),
      city: column('city', types.text(128), { nullable: true }),
      latitudeE2: column('latitude_e2', types.int, { nullable: true }),
      longitudeE2: column('longitude_e2', types.int, { nullable: true }),
      ipAddress: column('ip_address', types.ascii(64), { nullable: true }),
      userAgent: column('user_agent', types.text(512), { nullable: true }),
      createdAt: column('created_at', types.time),
      lastActivityAt: column('last_activity_at', types.time),
      rotatedAt: column('rotated_at', types.time, { nullable: true }),
      refreshExpiresAt: column('refresh_expires_at', types.time),
      expiresAt: column('expires_at', types.time),
      revokedAt: column('revoked_at', types.time, { nullable: true }),
      revokeReason: column('revoke_reason', types.ascii(32), { nullable: true }),
    },
    indices: [
      { name: constraint('ix', 'user_id', 'revoked_at'), columns: ['userId', 'revokedAt'] },
      { name: constraint('ix', 'user_id', 'network'), columns: ['userId', 'network'] },
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
