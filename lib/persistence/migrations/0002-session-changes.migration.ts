import { Table } from 'typeorm';
import { constraintName } from '../entities';
import { migrationColumn as column, type SchemaMigration } from './migration';

/** The feed through which instances learn of ended sessions and changed users. */
export const sessionChanges: SchemaMigration = {
  name: '0002-session-changes',
  async up({ runner, types, tablePrefix, path }) {
    const constraint = constraintName.bind(undefined, tablePrefix, 'session_changes');
    const table = new Table({
      name: path('session_changes'),
      columns: [
        column('sequence', types.sequence, {
          isPrimary: true,
          isGenerated: true,
          generationStrategy: 'increment',
          primaryKeyConstraintName: constraint('pk'),
        }),
        column('session_id', types.id, { isNullable: true }),
        column('user_id', types.id, { isNullable: true }),
        column('created_at_ms', types.bigint),
      ],
      indices: [{ name: constraint('ix', 'created_at_ms'), columnNames: ['created_at_ms'] }],
    });
    await runner.createTable(table, true);
  },
};
