import { Table, TableColumn } from 'typeorm';
import { constraintName } from '../entities';
import { migrationColumn as column, type MigrationContext, type SchemaMigration } from './migration';

/** Passwords that were used before, and the demand to change one. */
export const passwords: SchemaMigration = {
  name: '0006-passwords',
  async up(context) {
    const { runner, types, path } = context;
    await runner.createTable(passwordHistory(context), true);
    const credentials = path('password_credentials');
    if (await runner.hasColumn(credentials, 'change_required_at')) return;
    await runner.addColumn(
      credentials,
      new TableColumn(column('change_required_at', types.time, { isNullable: true })),
    );
  },
};

function passwordHistory({ types, tablePrefix, path }: MigrationContext): Table {
  const constraint = constraintName.bind(undefined, tablePrefix, 'password_history');
  return new Table({
    name: path('password_history'),
    columns: [
      column('sequence', types.sequence, {
        isPrimary: true,
        isGenerated: true,
        generationStrategy: 'increment',
        primaryKeyConstraintName: constraint('pk'),
      }),
      column('user_id', types.id),
      column('password_hash', types.ascii(255)),
      column('replaced_at', types.time),
    ],
    indices: [{ name: constraint('ix', 'user_id', 'sequence'), columnNames: ['user_id', 'sequence'] }],
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
}
