import type { User } from '../../users';
import type { UserRow } from '../entities';

/** The account out of its row. The query has to join the credential, for what is said of the password. */
export function mapUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    username: row.username,
    phone: row.phone,
    firstName: row.firstName,
    lastName: row.lastName,
    locale: row.locale,
    timezone: row.timezone,
    metadata: { ...row.metadata },
    isEmailVerified: row.isEmailVerified,
    isPhoneVerified: row.isPhoneVerified,
    isActive: row.isActive,
    hasPassword: Boolean(row.credential),
    passwordChangedAt: row.credential?.changedAt ?? null,
    passwordChangeRequired: Boolean(row.credential?.changeRequiredAt),
    passwordRecoveredBy: row.credential?.recoveredBy ?? null,
    securityVersion: row.securityVersion,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
