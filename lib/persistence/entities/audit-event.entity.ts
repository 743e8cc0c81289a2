import { EntitySchema } from 'typeorm';
import type { AuditEvent } from '../../audit';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** The table `audit_events`. No foreign key: the trail outlives the account. */
export function auditEventEntity(types: ColumnTypes, prefix: string): EntitySchema<AuditEvent> {
  const name = tableName(prefix, 'audit_events');
  const constraint = constraintName.bind(undefined, prefix, 'audit_events');
  return new EntitySchema<AuditEvent>({
    name,
    tableName: name,
    columns: {
      id: column('id', types.id, { primary: true, primaryKeyConstraintName: constraint('pk') }),
      type: column('type', types.ascii(64)),
      status: column('status', types.ascii(16)),
      at: column('at', types.time),
      userId: column('user_id', types.id, { nullable: true }),
      sessionId: column('session_id', types.id, { nullable: true }),
      authMethod: column('auth_method', types.ascii(32), { nullable: true }),
      reason: column('reason', types.text(255), { nullable: true }),
      ipAddress: column('ip_address', types.ascii(64), { nullable: true }),
      userAgent: column('user_agent', types.text(512), { nullable: true }),
      requestId: column('request_id', types.text(128), { nullable: true }),
    },
    indices: [{ name: constraint('ix', 'user_id', 'at'), columns: ['userId', 'at'] }],
  });
}
