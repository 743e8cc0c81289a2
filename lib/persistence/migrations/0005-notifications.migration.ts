import { Table } from 'typeorm';
import { constraintName } from '../entities';
import { migrationColumn as column, type SchemaMigration } from './migration';

/** Messages that wait to be sent. */
export const notifications: SchemaMigration = {
  name: '0005-notifications',
  async up({ runner, types, tablePrefix, path }) {
    const constraint = constraintName.bind(undefined, tablePrefix, 'outbox');
    const table = new Table({
      name: path('outbox'),
      columns: [
        column('id', types.id, { isPrimary: true, primaryKeyConstraintName: constraint('pk') }),
        column('channel', types.ascii(8)),
        column('template', types.ascii(64)),
        column('payload', types.longText),
        column('state', types.ascii(16)),
        column('attempts', types.int),
        column('due_at', types.time),
        column('expires_at', types.time),
        column('created_at', types.time),
      ],
      indices: [
        { name: constraint('ix', 'state', 'due_at'), columnNames: ['state', 'due_at'] },
        { name: constraint('ix', 'expires_at'), columnNames: ['expires_at'] },
      ],
    });
    await runner.createTable(table, true);
  },
};
