import type { Provider } from '@nestjs/common';
import { AUDIT_CHAIN_REPOSITORY, AUDIT_REPOSITORY } from '../audit';
import { OUTBOX_REPOSITORY } from '../notifications';
import { CHALLENGE_REPOSITORY } from '../challenges';
import { DEVICE_REPOSITORY } from '../devices';
import { MFA_REPOSITORY, PASSKEY_REPOSITORY } from '../mfa';
import { PASSWORD_REPOSITORY } from '../password';
import { RISK_HISTORY } from '../risk';
import { SESSION_FEED, SESSION_REPOSITORY } from '../sessions';
import {
  ACCOUNT_ADMINISTRATION,
  type ResolvedSignupOptions,
  SIGNUP_OPTIONS,
  UNPROVED_ACCOUNT_REPOSITORY,
  USER_REPOSITORY,
} from '../users';
import { ONE_TIME_CODE_REPOSITORY } from '../verification';
import { Database } from './database';
import {
  TypeormAccountAdministration,
  TypeormAuditChainRepository,
  TypeormAuditRepository,
  TypeormChallengeRepository,
  TypeormMfaRepository,
  TypeormOneTimeCodeRepository,
  TypeormDeviceRepository,
  TypeormPasskeyRepository,
  TypeormPasswordRepository,
  TypeormOutboxRepository,
  TypeormRiskHistory,
  TypeormSessionFeed,
  TypeormSessionRepository,
  TypeormUnprovedAccountRepository,
  TypeormUserRepository,
} from './repositories';

/** The domains' repositories on the one Database of the module. */
export const repositoryProviders: Provider[] = [
  {
    provide: USER_REPOSITORY,
    inject: [Database, SIGNUP_OPTIONS],
    useFactory: (database: Database, options: ResolvedSignupOptions) =>
      new TypeormUserRepository(database, options),
  },
  {
    provide: ACCOUNT_ADMINISTRATION,
    inject: [Database],
    useFactory: (database: Database) => new TypeormAccountAdministration(database),
  },
  {
    provide: UNPROVED_ACCOUNT_REPOSITORY,
    inject: [Database, SIGNUP_OPTIONS],
    useFactory: (database: Database, options: ResolvedSignupOptions) =>
      new TypeormUnprovedAccountRepository(database, options),
  },
  {
    provide: PASSWORD_REPOSITORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormPasswordRepository(database),
  },
  {
    provide: SESSION_REPOSITORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormSessionRepository(database),
  },
  {
    provide: SESSION_FEED,
    inject: [Database],
    useFactory: (database: Database) => new TypeormSessionFeed(database),
  },
  {
    provide: DEVICE_REPOSITORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormDeviceRepository(database),
  },
  {
    provide: AUDIT_REPOSITORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormAuditRepository(database),
  },
  {
    provide: AUDIT_CHAIN_REPOSITORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormAuditChainRepository(database),
  },
  {
    provide: CHALLENGE_REPOSITORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormChallengeRepository(database),
  },
  {
    provide: ONE_TIME_CODE_REPOSITORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormOneTimeCodeRepository(database),
  },
  {
    provide: MFA_REPOSITORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormMfaRepository(database),
  },
  {
    provide: PASSKEY_REPOSITORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormPasskeyRepository(database),
  },
  {
    provide: RISK_HISTORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormRiskHistory(database),
  },
  {
    provide: OUTBOX_REPOSITORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormOutboxRepository(database),
  },
];
