import { EntitySchema } from 'typeorm';
import type { OutboxEntry } from '../../notifications';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** The table `outbox`: messages that wait to be sent, sealed. */
export function outboxEntity(types: ColumnTypes, prefix: string): EntitySchema<OutboxEntry> {
  const name = tableName(prefix, 'outbox');
  const constraint = constraintName.bind(undefined, prefix, 'outbox');
  return new EntitySchema<OutboxEntry>({
    name,
    tableName: name,
    columns: {
      id: column('id', types.id, { primary: true, primaryKeyConstraintName: constraint('pk') }),
      channel: column('channel', types.ascii(8)),
      template: column('template', types.ascii(64)),
      payload: column('payload', types.longText),
      state: column('state', types.ascii(16)),
      attempts: column('attempts', types.int),
      dueAt: column('due_at', types.time),
      expiresAt: column('expires_at', types.time),
      createdAt: column('created_at', types.time),
    },
    indices: [
      { name: constraint('ix', 'state', 'due_at'), columns: ['state', 'dueAt'] },
      { name: constraint('ix', 'expires_at'), columns: ['expiresAt'] },
    ],
  });
}
