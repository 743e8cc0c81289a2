import { EntitySchema } from 'typeorm';
import type { StoredAuditEvent } from '../../audit';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** A row of the table `audit_events`. */
export interface AuditEventRow extends Omit<StoredAuditEvent, 'details'> {
  /** JSON. Kept as text: the MAC is of the text, and engines write JSON of their own anew. */
  details: string | null;
}

/** No foreign key: the trail outlives the account. */
export function auditEventEntity(types: ColumnTypes, prefix: string): EntitySchema<AuditEventRow> {
  const name = tableName(prefix, 'audit_events');
  const constraint = constraintName.bind(undefined, prefix, 'audit_events');
  const nullable = { nullable: true };
  return new EntitySchema<AuditEventRow>({
    name,
    tableName: name,
    columns: {
      id: column('id', types.id, { primary: true, primaryKeyConstraintName: constraint('pk') }),
      type: column('type', types.ascii(64)),
      status: column('status', types.ascii(16)),
      at: column('at', types.time),
      userId: column('user_id', types.id, nullable),
      sessionId: column('session_id', types.id, nullable),
      authMethod: column('auth_method', types.ascii(32), nullable),
      reason: column('reason', types.text(255), nullable),
      ipAddress: column('ip_address', types.ascii(64), nullable),
      userAgent: column('user_agent', types.text(512), nullable),
      requestId: column('request_id', types.text(128), nullable),
      tenant: column('tenant', types.exact(64), { default: 'default' }),
      details: column('details', types.longText, nullable),
      performedBy: column('performed_by', types.id, nullable),
      ipCountry: column('ip_country', types.ascii(8), nullable),
      ipCity: column('ip_city', types.exact(128), nullable),
      deviceId: column('device_id', types.id, nullable),
      deviceType: column('device_type', types.ascii(16), nullable),
      platform: column('platform', types.exact(64), nullable),
      browser: column('browser', types.exact(64), nullable),
      piiSalt: column('pii_salt', types.ascii(32), nullable),
      piiDigest: column('pii_digest', types.ascii(64), nullable),
      mac: column('mac', types.ascii(128), nullable),
      erasureMac: column('erasure_mac', types.ascii(128), nullable),
      sequence: column('sequence', types.bigint, nullable),
      chainHash: column('chain_hash', types.ascii(128), nullable),
    },
    indices: [
      { name: constraint('ix', 'user_id', 'at'), columns: ['userId', 'at'] },
      { name: constraint('ix', 'performed_by'), columns: ['performedBy'] },
      { name: constraint('ix', 'type', 'at'), columns: ['type', 'at'] },
      { name: constraint('ix', 'status', 'at'), columns: ['status', 'at'] },
      { name: constraint('ix', 'sequence', 'at'), columns: ['sequence', 'at'] },
      { name: constraint('ix', 'tenant', 'sequence', 'id'), columns: ['tenant', 'sequence', 'id'] },
    ],
  });
}
