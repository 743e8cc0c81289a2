import { Logger } from '@nestjs/common';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { DatabaseOptions } from '../config/nauth-config';
import type { ResolvedConfig } from '../config/resolved-config';
import { checkDataSource } from './check-data-source';
import { Database, type DatabaseParts } from './database';
import { DatabaseStartError } from './database-start-error';
import { attachEntities, createEntities } from './entities';
import { checkSchema, migrate } from './migrations';
import { openDataSource } from './open-data-source';
import { ParameterlessLogger } from './parameterless-logger';
import { serializeDataSource } from './sqlite';

/** The part of the configuration that the database needs. */
export type DatabaseConfig = Pick<ResolvedConfig, 'database' | 'tablePrefix' | 'migrations' | 'logger'>;

/**
 * Opens the database: `config.database`, else the host's DataSource, else (outside production) a SQLite file in the
 * working directory. Attaches the toolkit's entities, makes SQLite statements take turns, and brings the schema up to
 * date or checks that it is.
 * @throws {DatabaseStartError} one readable reason, without secrets
 */
export async function openDatabase(
  config: DatabaseConfig,
  hostDataSource?: DataSource,
  currentRequest?: DatabaseParts['currentRequest'],
): Promise<Database> {
  const { dataSource, owned } = await openDataSource(config.database ?? hostDataSource ?? fallback(config));
  if (logsParameters(dataSource)) {
    (config.logger ?? new Logger('NAuth')).warn(
      'The DataSource of the application logs statements with their parameters, among which are hashes and personal data.',
    );
  }
  try {
    const family = checkDataSource(dataSource);
    if (family === 'sqlite') serializeDataSource(dataSource);
    const entities = createEntities(family, config.tablePrefix);
    const parts = { dataSource, family, tablePrefix: config.tablePrefix, entities };
    await attachEntities(dataSource, entities);
    await (config.migrations.autoRun ? migrate(parts) : checkSchema(parts));
    return new Database({ ...parts, ownsDataSource: owned, currentRequest });
  } catch (error) {
    if (owned) await dataSource.destroy().catch(() => undefined);
    throw error;
  }
}

/** One of the application's own, whose log is its own matter too. */
function logsParameters({ logger, options: { logging } }: DataSource): boolean {
  if (logger instanceof ParameterlessLogger) return false;
  return Array.isArray(logging)
    ? logging.some((level) => level !== 'schema')
    : logging === true || logging === 'all';
}

function fallback(config: DatabaseConfig): DataSourceOptions | DatabaseOptions {
  if (process.env.NODE_ENV === 'production') {
    throw new DatabaseStartError(
      'no database is configured; set `database`, or give the module a DataSource',
    );
  }
  const logger = config.logger ?? new Logger('NAuth');
  logger.warn('No database is configured: using the SQLite file nauth.sqlite in the working directory.');
  return { type: 'sqlite', url: 'nauth.sqlite' };
}
