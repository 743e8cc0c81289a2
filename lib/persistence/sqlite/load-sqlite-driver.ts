import { createRequire } from 'node:module';
import { DatabaseStartError } from '../database-start-error';

const candidates = ['libsql', 'better-sqlite3'];

/**
 * The SQLite driver that the application has installed. Optional packages are looked up by name when they are needed,
 * so that an application without SQLite installs none, and the published types name none.
 * @throws {DatabaseStartError} when there is none
 */
export function loadSqliteDriver(): unknown {
  const load = createRequire(__filename);
  for (const name of candidates) {
    try {
      return load(name);
    } catch (error) {
      if (!isNotFound(error)) {
        throw new DatabaseStartError(`the SQLite driver ${name} is installed but does not load`, error);
      }
    }
  }
  throw new DatabaseStartError('SQLite needs the package libsql: run `npm install libsql`');
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === 'MODULE_NOT_FOUND';
}
