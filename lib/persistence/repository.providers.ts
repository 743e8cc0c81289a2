import type { Provider } from '@nestjs/common';
import { AUDIT_REPOSITORY } from '../audit';
import { OUTBOX_REPOSITORY } from '../notifications';
import { CHALLENGE_REPOSITORY } from '../challenges';
import { SESSION_FEED, SESSION_REPOSITORY } from '../sessions';
import { type ResolvedSignupOptions, SIGNUP_OPTIONS, USER_REPOSITORY } from '../users';
import { ONE_TIME_CODE_REPOSITORY } from '../verification';
import { Database } from './database';
import {
  TypeormAuditRepository,
  TypeormChallengeRepository,
  TypeormOneTimeCodeRepository,
  TypeormOutboxRepository,
  TypeormSessionFeed,
  TypeormSessionRepository,
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
    provide: AUDIT_REPOSITORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormAuditRepository(database),
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
    provide: OUTBOX_REPOSITORY,
    inject: [Database],
    useFactory: (database: Database) => new TypeormOutboxRepository(database),
  },
];
