import { Table } from 'typeorm';
import { constraintName } from '../entities';
import {
  migrationColumn as column,
  type MigrationContext,
  numberDefault,
  type SchemaMigration,
} from './migration';

/** Users, their passwords and sessions, the audit trail and short-lived state. */
export const foundation: SchemaMigration = {
  name: '0001-foundation',
  async up(context) {
    const tables = [
      users(context),
      passwordCredentials(context),
      sessions(context),
      auditEvents(context),
      transient(context),
    ];
    for (const table of tables) await context.runner.createTable(table, true);
  },
};

function users({ types, tablePrefix, path }: MigrationContext): Table {
  const constraint = constraintName.bind(undefined, tablePrefix, 'users');
  const nullable = { isNullable: true };
  return new Table({
    name: path('users'),
    columns: [
      column('id', types.id, { isPrimary: true, primaryKeyConstraintName: constraint('pk') }),
      column('email', types.exact(254)),
      column('username', types.exact(255), nullable),
      column('phone', types.exact(32), nullable),
      column('phone_key', types.exact(32), nullable),
      column('first_name', types.text(255), nullable),
      column('last_name', types.text(255), nullable),
      column('locale', types.text(64), nullable),
      column('timezone', types.text(64), nullable),
      column('metadata', types.json),
      column('is_email_verified', types.bool),
      column('is_phone_verified', types.bool),
      column('is_active', types.bool),
      column('security_version', types.int, { default: numberDefault(types, 1) }),
      column('last_login_at', types.time, nullable),
      column('login_count', types.int, { default: numberDefault(types, 0) }),
      column('created_at', types.time),
      column('updated_at', types.time),
    ],
    indices: [
      { name: constraint('uq', 'email'), columnNames: ['email'], isUnique: true },
      { name: constraint('uq', 'username'), columnNames: ['username'], isUnique: true },
      { name: constraint('uq', 'phone_key'), columnNames: ['phone_key'], isUnique: true },
      { name: constraint('ix', 'phone'), columnNames: ['phone'] },
    ],
  });
}

function passwordCredentials(context: MigrationContext): Table {
  const { types, tablePrefix, path } = context;
  const constraint = constraintName.bind(undefined, tablePrefix, 'password_credentials');
  return new Table({
    name: path('password_credentials'),
    columns: [
      column('user_id', types.id, { isPrimary: true, primaryKeyConstraintName: constraint('pk') }),
      column('password_hash', types.ascii(255)),
      column('changed_at', types.time),
      column('created_at', types.time),
    ],
    foreignKeys: [userForeignKey(context, constraint('fk', 'user_id'))],
  });
}

function sessions(context: MigrationContext): Table {
  const { types, tablePrefix, path } = context;
  const constraint = constraintName.bind(undefined, tablePrefix, 'sessions');
  const nullable = { isNullable: true };
  return new Table({
    name: path('sessions'),
    columns: [
      column('id', types.id, { isPrimary: true, primaryKeyConstraintName: constraint('pk') }),
      column('user_id', types.id),
      column('generation', types.int),
      column('refresh_salt', types.ascii(64)),
      column('delivery', types.ascii(16)),
      column('auth_method', types.ascii(32)),
      column('amr', types.json),
      column('auth_time', types.time),
      column('device_name', types.text(255), nullable),
      column('ip_address', types.ascii(64), nullable),
      column('user_agent', types.text(512), nullable),
      column('created_at', types.time),
      column('last_activity_at', types.time),
      column('rotated_at', types.time, nullable),
      column('refresh_expires_at', types.time),
      column('expires_at', types.time),
      column('revoked_at', types.time, nullable),
      column('revoke_reason', types.ascii(32), nullable),
    ],
    indices: [
      { name: constraint('ix', 'user_id', 'revoked_at'), columnNames: ['user_id', 'revoked_at'] },
      { name: constraint('ix', 'expires_at'), columnNames: ['expires_at'] },
    ],
    foreignKeys: [userForeignKey(context, constraint('fk', 'user_id'))],
  });
}

function auditEvents({ types, tablePrefix, path }: MigrationContext): Table {
  const constraint = constraintName.bind(undefined, tablePrefix, 'audit_events');
  const nullable = { isNullable: true };
  return new Table({
    name: path('audit_events'),
    columns: [
      column('id', types.id, { isPrimary: true, primaryKeyConstraintName: constraint('pk') }),
      column('type', types.ascii(64)),
      column('status', types.ascii(16)),
      column('at', types.time),
      column('user_id', types.id, nullable),
      column('session_id', types.id, nullable),
      column('auth_method', types.ascii(32), nullable),
      column('reason', types.text(255), nullable),
      column('ip_address', types.ascii(64), nullable),
      column('user_agent', types.text(512), nullable),
      column('request_id', types.text(128), nullable),
    ],
    indices: [{ name: constraint('ix', 'user_id', 'at'), columnNames: ['user_id', 'at'] }],
  });
}

function transient({ types, tablePrefix, path }: MigrationContext): Table {
  const constraint = constraintName.bind(undefined, tablePrefix, 'transient');
  return new Table({
    name: path('transient'),
    columns: [
      column('entry_key', types.exact(200), { isPrimary: true, primaryKeyConstraintName: constraint('pk') }),
      column('entry_value', types.longText, { isNullable: true }),
      column('entry_count', types.int, { default: numberDefault(types, 0) }),
      column('expires_at_ms', types.bigint),
    ],
    indices: [{ name: constraint('ix', 'expires_at_ms'), columnNames: ['expires_at_ms'] }],
  });
}

function userForeignKey({ path }: MigrationContext, name: string) {
  return {
    name,
    columnNames: ['user_id'],
    referencedTableName: path('users'),
    referencedColumnNames: ['id'],
    onDelete: 'CASCADE',
    onUpdate: 'NO ACTION',
  };
}
