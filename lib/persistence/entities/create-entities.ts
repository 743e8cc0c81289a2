import type { EntitySchema } from 'typeorm';
import type { AuditChain } from '../../audit';
import type { Device } from '../../devices';
import type { MfaDevice, PendingFactor } from '../../mfa';
import type { OutboxEntry } from '../../notifications';
import { type AppliedMigrationRow, appliedMigrationEntity } from './applied-migration.entity';
import { type ChallengeSessionRow, challengeSessionEntity } from './challenge-session.entity';
import { auditChainEntity } from './audit-chain.entity';
import { type AuditEventRow, auditEventEntity } from './audit-event.entity';
import { type BackupCodeRow, backupCodeEntity } from './backup-code.entity';
import { columnTypes } from './column-types';
import type { DatabaseFamily } from './database-family';
import type { OneTimeCode } from '../../verification';
import { oneTimeCodeEntity } from './one-time-code.entity';
import { deviceEntity } from './device.entity';
import { type MfaAccountRow, mfaAccountEntity } from './mfa-account.entity';
import { mfaDeviceEntity } from './mfa-device.entity';
import { mfaSetupEntity } from './mfa-setup.entity';
import { outboxEntity } from './outbox.entity';
import { type PasskeyRow, passkeyEntity } from './passkey.entity';
import { type PasskeyHandleRow, passkeyHandleEntity } from './passkey-handle.entity';
import { type PasswordCredentialRow, passwordCredentialEntity } from './password-credential.entity';
import { type PasswordHistoryRow, passwordHistoryEntity } from './password-history.entity';
import { type SessionChangeRow, sessionChangeEntity } from './session-change.entity';
import { type SessionRow, sessionEntity } from './session.entity';
import { type TransientRow, transientEntity } from './transient.entity';
import { type UserRow, userEntity } from './user.entity';

/** The entities of one table prefix. They are known to TypeORM by their table name, so prefixes do not meet. */
export interface Entities {
  readonly users: EntitySchema<UserRow>;
  readonly passwordCredentials: EntitySchema<PasswordCredentialRow>;
  readonly passwordHistory: EntitySchema<PasswordHistoryRow>;
  readonly sessions: EntitySchema<SessionRow>;
  readonly sessionChanges: EntitySchema<SessionChangeRow>;
  readonly devices: EntitySchema<Device>;
  readonly challengeSessions: EntitySchema<ChallengeSessionRow>;
  readonly oneTimeCodes: EntitySchema<OneTimeCode>;
  readonly mfaAccounts: EntitySchema<MfaAccountRow>;
  readonly mfaDevices: EntitySchema<MfaDevice>;
  readonly mfaSetups: EntitySchema<PendingFactor>;
  readonly backupCodes: EntitySchema<BackupCodeRow>;
  readonly passkeys: EntitySchema<PasskeyRow>;
  readonly passkeyHandles: EntitySchema<PasskeyHandleRow>;
  readonly auditEvents: EntitySchema<AuditEventRow>;
  readonly auditChains: EntitySchema<AuditChain>;
  readonly outbox: EntitySchema<OutboxEntry>;
  readonly transient: EntitySchema<TransientRow>;
  readonly migrations: EntitySchema<AppliedMigrationRow>;
}

/**
 * The entities for one engine and one table prefix. They have no classes on purpose: a class could belong to one prefix
 * only, and two toolkits may share a process and a DataSource.
 */
export function createEntities(family: DatabaseFamily, tablePrefix: string): Entities {
  const types = columnTypes(family);
  return {
    users: userEntity(types, tablePrefix),
    passwordCredentials: passwordCredentialEntity(types, tablePrefix),
    passwordHistory: passwordHistoryEntity(types, tablePrefix),
    sessions: sessionEntity(types, tablePrefix),
    sessionChanges: sessionChangeEntity(types, tablePrefix),
    devices: deviceEntity(types, tablePrefix),
    auditEvents: auditEventEntity(types, tablePrefix),
    challengeSessions: challengeSessionEntity(types, tablePrefix),
    oneTimeCodes: oneTimeCodeEntity(types, tablePrefix),
    mfaAccounts: mfaAccountEntity(types, tablePrefix),
    mfaDevices: mfaDeviceEntity(types, tablePrefix),
    mfaSetups: mfaSetupEntity(types, tablePrefix),
    backupCodes: backupCodeEntity(types, tablePrefix),
    passkeys: passkeyEntity(types, tablePrefix),
    passkeyHandles: passkeyHandleEntity(types, tablePrefix),
    auditChains: auditChainEntity(types, tablePrefix),
    outbox: outboxEntity(types, tablePrefix),
    transient: transientEntity(types, tablePrefix),
    migrations: appliedMigrationEntity(types, tablePrefix),
  };
}
