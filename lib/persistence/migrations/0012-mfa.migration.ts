import { Table, type TableColumnOptions } from 'typeorm';
import { constraintName, type TableName } from '../entities';
import { migrationColumn as column, type MigrationContext, type SchemaMigration } from './migration';

const nullable = { isNullable: true };

/** Second factors. */
export const mfa: SchemaMigration = {
  name: '0012-mfa',
  async up(context) {
    const { runner } = context;
    for (const table of [accounts(context), devices(context), setups(context), backupCodes(context)]) {
      await runner.createTable(table, true);
    }
  },
};

function accounts(context: MigrationContext): Table {
  const { types } = context;
  return ofUsers(context, 'mfa_accounts', [
    column('user_id', types.id, primary(context, 'mfa_accounts')),
    column('factors', types.int),
    column('version', types.int),
    column('totp_step', types.bigint, nullable),
    column('exempt_at', types.time, nullable),
    column('exempt_by', types.id, nullable),
    column('exempt_reason', types.text(255), nullable),
    column('required_since', types.time, nullable),
  ]);
}

function devices(context: MigrationContext): Table {
  const { types } = context;
  return ofUsers(
    context,
    'mfa_devices',
    [
      column('id', types.id, primary(context, 'mfa_devices')),
      column('user_id', types.id),
      column('type', types.ascii(16)),
      column('slot', types.ascii(64)),
      column('device_name', types.text(64)),
      column('is_active', types.bool),
      column('preferred_at', types.time, nullable),
      column('secret', types.longText, nullable),
      column('target', types.exact(254), nullable),
      column('created_at', types.time),
      column('last_used_at', types.time, nullable),
    ],
    [index(context, 'mfa_devices', ['user_id', 'slot'], true)],
  );
}

function setups(context: MigrationContext): Table {
  const { types } = context;
  return ofUsers(
    context,
    'mfa_setups',
    [
      column('binding', types.ascii(64), primary(context, 'mfa_setups')),
      column('type', types.ascii(16), primary(context, 'mfa_setups')),
      column('id', types.id),
      column('user_id', types.id),
      column('secret', types.longText, nullable),
      column('target', types.exact(254), nullable),
      column('created_at', types.time),
      column('expires_at', types.time),
    ],
    [index(context, 'mfa_setups', ['user_id']), index(context, 'mfa_setups', ['expires_at'])],
  );
}

function backupCodes(context: MigrationContext): Table {
  const { types } = context;
  return ofUsers(context, 'mfa_backup_codes', [
    column('user_id', types.id, primary(context, 'mfa_backup_codes')),
    column('code_hash', types.ascii(64), primary(context, 'mfa_backup_codes')),
    column('created_at', types.time),
    column('used_at', types.time, nullable),
  ]);
}

function primary({ tablePrefix }: MigrationContext, table: TableName) {
  return { isPrimary: true, primaryKeyConstraintName: constraintName(tablePrefix, table, 'pk') };
}

function index({ tablePrefix }: MigrationContext, table: TableName, columnNames: string[], isUnique = false) {
  return {
    name: constraintName(tablePrefix, table, isUnique ? 'uq' : 'ix', ...columnNames),
    columnNames,
    isUnique,
  };
}

/** A table whose rows go with the account that they are of. */
function ofUsers(
  { tablePrefix, path }: MigrationContext,
  name: TableName,
  columns: TableColumnOptions[],
  indices: { name: string; columnNames: string[]; isUnique: boolean }[] = [],
): Table {
  return new Table({
    name: path(name),
    columns,
    indices,
    foreignKeys: [
      {
        name: constraintName(tablePrefix, name, 'fk', 'user_id'),
        columnNames: ['user_id'],
        referencedTableName: path('users'),
        referencedColumnNames: ['id'],
        onDelete: 'CASCADE',
        onUpdate: 'NO ACTION',
      },
    ],
  });
}
