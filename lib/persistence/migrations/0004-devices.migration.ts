import { Table, TableColumn, TableIndex } from 'typeorm';
import { constraintName } from '../entities';
import { migrationColumn as column, type MigrationContext, type SchemaMigration } from './migration';

const nullable = { isNullable: true };

/** Devices that users have signed in on, and what sessions say of their client. */
export const devices: SchemaMigration = {
  name: '0004-devices',
  async up(context) {
    await context.runner.createTable(devicesTable(context), true);
    await extendSessions(context);
  },
};

function devicesTable({ types, tablePrefix, path }: MigrationContext): Table {
  const constraint = constraintName.bind(undefined, tablePrefix, 'devices');
  return new Table({
    name: path('devices'),
    columns: [
      column('id', types.id, { isPrimary: true, primaryKeyConstraintName: constraint('pk') }),
      column('user_id', types.id),
      column('token_digest', types.ascii(64)),
      column('type', types.ascii(16)),
      column('browser', types.text(64), nullable),
      column('os', types.text(64), nullable),
      column('network', types.ascii(64)),
      column('created_at', types.time),
      column('last_seen_at', types.time),
      column('trusted_until', types.time, nullable),
    ],
    indices: [
      {
        name: constraint('uq', 'user_id', 'token_digest'),
        columnNames: ['user_id', 'token_digest'],
        isUnique: true,
      },
      { name: constraint('ix', 'last_seen_at'), columnNames: ['last_seen_at'] },
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

/** No foreign key to the device: a session goes on when its device is forgotten. */
async function extendSessions({ runner, types, tablePrefix, path }: MigrationContext): Promise<void> {
  const table = path('sessions');
  const columns = [
    column('device_id', types.id, nullable),
    column('device_type', types.ascii(16), nullable),
    column('browser', types.text(64), nullable),
    column('os', types.text(64), nullable),
    column('network', types.ascii(64), nullable),
    column('country', types.ascii(2), nullable),
    column('city', types.text(128), nullable),
  ];
  const before = await runner.getTable(table);
  const missing = columns.filter(({ name }) => !before?.findColumnByName(name));
  if (missing.length > 0)
    await runner.addColumns(
      table,
      missing.map((options) => new TableColumn(options)),
    );
  const index = new TableIndex({
    name: constraintName(tablePrefix, 'sessions', 'ix', 'user_id', 'network'),
    columnNames: ['user_id', 'network'],
  });
  const after = await runner.getTable(table);
  if (!after?.indices.some(({ name }) => name === index.name)) await runner.createIndex(table, index);
}
