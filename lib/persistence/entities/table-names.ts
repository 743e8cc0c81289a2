export type TableName =
  | 'users'
  | 'password_credentials'
  | 'password_history'
  | 'sessions'
  | 'session_changes'
  | 'devices'
  | 'audit_events'
  | 'audit_chains'
  | 'transient'
  | 'challenge_sessions'
  | 'one_time_codes'
  | 'outbox'
  | 'mfa_accounts'
  | 'mfa_devices'
  | 'mfa_setups'
  | 'mfa_backup_codes'
  | 'passkeys'
  | 'passkey_handles'
  | 'migrations';

/** Every table, and the kinds of names that belong to it, below one prefix. */
export function tableName(prefix: string, table: TableName): string {
  return `${prefix}${table}`;
}

/** The name of a key or index; explicit, because generated names differ between engines and naming strategies. */
export function constraintName(
  prefix: string,
  table: TableName,
  kind: 'pk' | 'uq' | 'ix' | 'fk',
  ...columns: string[]
): string {
  return [`${prefix}${table}`, ...columns, kind].join('_');
}
