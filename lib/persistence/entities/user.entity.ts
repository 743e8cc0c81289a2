import { EntitySchema } from 'typeorm';
import type { ColumnTypes } from './column-types';
import { entityColumn as column } from './entity-column';
import type { PasswordCredentialRow } from './password-credential.entity';
import { constraintName, tableName } from './table-names';

/** A row of the table `users`. */
export interface UserRow {
  id: string;
  email: string;
  username: string | null;
  phone: string | null;
  /** The phone while it signs in and is therefore unique; null where accounts may share a number. */
  phoneKey: string | null;
  firstName: string | null;
  lastName: string | null;
  locale: string | null;
  timezone: string | null;
  /** A plain object. */
  metadata: object;
  isEmailVerified: boolean;
  isPhoneVerified: boolean;
  isActive: boolean;
  securityVersion: number;
  lastLoginAt: Date | null;
  loginCount: number;
  createdAt: Date;
  updatedAt: Date;
  /** Filled by queries that join it. */
  credential?: PasswordCredentialRow | null;
}

export function userEntity(types: ColumnTypes, prefix: string): EntitySchema<UserRow> {
  const name = tableName(prefix, 'users');
  const constraint = constraintName.bind(undefined, prefix, 'users');
  return new EntitySchema<UserRow>({
    name,
    tableName: name,
    columns: {
      id: column('id', types.id, { primary: true, primaryKeyConstraintName: constraint('pk') }),
      email: column('email', types.exact(254)),
      username: column('username', types.exact(255), { nullable: true }),
      phone: column('phone', types.exact(32), { nullable: true }),
      phoneKey: column('phone_key', types.exact(32), { nullable: true }),
      firstName: column('first_name', types.text(255), { nullable: true }),
      lastName: column('last_name', types.text(255), { nullable: true }),
      locale: column('locale', types.text(64), { nullable: true }),
      timezone: column('timezone', types.text(64), { nullable: true }),
      metadata: column('metadata', types.json),
      isEmailVerified: column('is_email_verified', types.bool),
      isPhoneVerified: column('is_phone_verified', types.bool),
      isActive: column('is_active', types.bool),
      securityVersion: column('security_version', types.int, { default: 1 }),
      lastLoginAt: column('last_login_at', types.time, { nullable: true }),
      loginCount: column('login_count', types.int, { default: 0 }),
      createdAt: column('created_at', types.time),
      updatedAt: column('updated_at', types.time),
    },
    indices: [
      { name: constraint('uq', 'email'), columns: ['email'], unique: true },
      { name: constraint('uq', 'username'), columns: ['username'], unique: true },
      { name: constraint('uq', 'phone_key'), columns: ['phoneKey'], unique: true },
      { name: constraint('ix', 'phone'), columns: ['phone'] },
    ],
  });
}
