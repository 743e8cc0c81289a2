import { foundation } from './0001-foundation.migration';
import { sessionChanges } from './0002-session-changes.migration';
import { auditChain } from './0003-audit-chain.migration';
import { devices } from './0004-devices.migration';
import { notifications } from './0005-notifications.migration';
import { passwords } from './0006-passwords.migration';
import { challenges } from './0007-challenges.migration';
import { oneTimeCodes } from './0008-one-time-codes.migration';
import { mfa } from './0012-mfa.migration';
import { passkeys } from './0013-passkeys.migration';
import { signInPlaces } from './0014-sign-in-places.migration';
import { passwordRecovery } from './0015-password-recovery.migration';
import { sparedFactors } from './0016-spared-factors.migration';
import type { SchemaMigration } from './migration';

/** Every step of the schema, oldest first. */
export const allMigrations: readonly SchemaMigration[] = [
  foundation,
  sessionChanges,
  auditChain,
  devices,
  notifications,
  passwords,
  challenges,
  oneTimeCodes,
  mfa,
  passkeys,
  signInPlaces,
  passwordRecovery,
  sparedFactors,
];
