import { Table } from 'typeorm';
import { constraintName } from '../entities';
import { migrationColumn as column, type SchemaMigration } from './migration';

/** Codes that prove an address. */
export const oneTimeCodes: SchemaMigration = {
  name: '0008-one-time-codes',
  async up({ runner, types, tablePrefix, path }) {
    const constraint = constraintName.bind(undefined, tablePrefix, 'one_time_codes');
    const primary = { isPrimary: true, primaryKeyConstraintName: constraint('pk') };
    const table = new Table({
      name: path('one_time_codes'),
      columns: [
        column('purpose', types.ascii(32), primary),
        column('subject', types.ascii(64), primary),
        column('user_id', types.id, { isNullable: true }),
        column('target', types.exact(254)),
        column('code_hash', types.ascii(64)),
        column('link_hash', types.ascii(64)),
        column('attempts', types.int),
        column('max_attempts', types.int),
        column('sent_at', types.time),
        column('expires_at', types.time),
        column('used_at', types.time, { isNullable: true }),
      ],
      indices: [
        { name: constraint('ix', 'user_id'), columnNames: ['user_id'] },
        { name: constraint('ix', 'expires_at'), columnNames: ['expires_at'] },
      ],
      foreignKeys: [
        {
          name: constraint('fk', 'user_id'),
          columnNames: ['user_id'],
          referencedTableName: path('users'),
          referencedColumnNames: ['id'],
          onDelete: 'CASCADE',
          onUpdate: 'NO ACTION',
        },
      ],
    });
    await runner.createTable(table, true);
  },
};
