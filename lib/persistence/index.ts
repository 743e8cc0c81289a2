export { Database } from './database';
export { DatabaseError, UniqueViolationError } from './database-error';
export { DatabaseStartError } from './database-start-error';
export type { DatabaseFamily, Entities, TableName, TransientRow } from './entities';
export { type DatabaseConfig, openDatabase } from './open-database';
export {
  TypeormAuditChainRepository,
  TypeormAuditRepository,
  TypeormSessionFeed,
  TypeormSessionRepository,
  TypeormPasswordRepository,
  TypeormUserRepository,
} from './repositories';
export { repositoryProviders } from './repository.providers';
