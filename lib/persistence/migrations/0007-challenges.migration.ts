import { Table } from 'typeorm';
import { constraintName } from '../entities';
import { migrationColumn as column, type SchemaMigration } from './migration';

/** The steps between accepted credentials and tokens. */
export const challenges: SchemaMigration = {
  name: '0007-challenges',
  async up({ runner, types, tablePrefix, path }) {
    const constraint = constraintName.bind(undefined, tablePrefix, 'challenge_sessions');
    const nullable = { isNullable: true };
    const table = new Table({
      name: path('challenge_sessions'),
      columns: [
        column('id', types.id, { isPrimary: true, primaryKeyConstraintName: constraint('pk') }),
        column('token_hash', types.ascii(64)),
        column('user_id', types.id, nullable),
        column('attempts_subject', types.ascii(64)),
        column('name', types.ascii(32)),
        column('delivery', types.ascii(16)),
        column('security_version', types.int),
        column('sign_in', types.json),
        column('state', types.json),
        column('attempts', types.int),
        column('max_attempts', types.int),
        column('created_at', types.time),
        column('expires_at', types.time),
        column('completed_at', types.time, nullable),
      ],
      indices: [
        { name: constraint('uq', 'token_hash'), columnNames: ['token_hash'], isUnique: true },
        { name: constraint('ix', 'user_id', 'completed_at'), columnNames: ['user_id', 'completed_at'] },
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
