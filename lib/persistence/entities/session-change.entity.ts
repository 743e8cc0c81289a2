import { EntitySchema } from 'typeorm';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import { constraintName, tableName } from './table-names';

/** A row of the table `session_changes`: the feed that tells instances of one another's changes. */
export interface SessionChangeRow {
  sequence: number;
  sessionId: string | null;
  userId: string | null;
  /** Milliseconds since the Unix epoch. */
  createdAtMs: number;
}

export function sessionChangeEntity(types: ColumnTypes, prefix: string): EntitySchema<SessionChangeRow> {
  const name = tableName(prefix, 'session_changes');
  const constraint = constraintName.bind(undefined, prefix, 'session_changes');
  return new EntitySchema<SessionChangeRow>({
    name,
    tableName: name,
    columns: {
      sequence: column('sequence', types.sequence, {
        primary: true,
        generated: 'increment',
        primaryKeyConstraintName: constraint('pk'),
      }),
      sessionId: column('session_id', types.id, { nullable: true }),
      userId: column('user_id', types.id, { nullable: true }),
      createdAtMs: column('created_at_ms', types.bigint),
    },
    indices: [{ name: constraint('ix', 'created_at_ms'), columns: ['createdAtMs'] }],
  });
}
