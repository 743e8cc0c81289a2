import { Table } from 'typeorm';
import { constraintName } from '../entities';
import { migrationColumn as column, type MigrationContext, type SchemaMigration } from './migration';

/** Passkeys, and what authenticators know accounts by. */
export const passkeys: SchemaMigration = {
  name: '0013-passkeys',
  async up(context) {
    await context.runner.createTable(credentials(context), true);
    await context.runner.createTable(handles(context), true);
  },
};

function credentials({ types, tablePrefix, path }: MigrationContext): Table {
  const constraint = constraintName.bind(undefined, tablePrefix, 'passkeys');
  return new Table({
    name: path('passkeys'),
    columns: [
      column('device_id', types.id, { isPrimary: true, primaryKeyConstraintName: constraint('pk') }),
      column('user_id', types.id),
      column('credential_digest', types.ascii(64)),
      column('credential_id', types.ascii(1364)),
      column('public_key', types.ascii(1366)),
      column('counter', types.bigint),
      column('transports', types.json),
      column('aaguid', types.ascii(36)),
      column('backup_eligible', types.bool),
      column('backed_up', types.bool),
      column('created_at', types.time),
    ],
    indices: [
      {
        name: constraint('uq', 'credential_digest'),
        columnNames: ['credential_digest'],
        isUnique: true,
      },
      { name: constraint('ix', 'user_id'), columnNames: ['user_id'] },
    ],
    // It goes with the factor that it is, and that goes with its account.
    foreignKeys: [
      {
        name: constraint('fk', 'device_id'),
        columnNames: ['device_id'],
        referencedTableName: path('mfa_devices'),
        referencedColumnNames: ['id'],
        onDelete: 'CASCADE',
        onUpdate: 'NO ACTION',
      },
    ],
  });
}

function handles({ types, tablePrefix, path }: MigrationContext): Table {
  const constraint = constraintName.bind(undefined, tablePrefix, 'passkey_handles');
  return new Table({
    name: path('passkey_handles'),
    columns: [
      column('user_id', types.id, { isPrimary: true, primaryKeyConstraintName: constraint('pk') }),
      column('handle', types.ascii(86)),
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
}
