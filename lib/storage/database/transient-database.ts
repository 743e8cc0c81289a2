import type { EntityManager } from 'typeorm';

export type DatabaseFamily = 'postgres' | 'mysql' | 'sqlite';

/** What the store needs of a database. */
export interface TransientDatabase {
  /**
   * Runs `work` with a manager for single statements.
   * @throws {NAuthException} SERVICE_UNAVAILABLE when the database cannot be reached or is too slow
   */
  execute<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
  /** 'mysql' stands for MariaDB too. */
  readonly family: DatabaseFamily;
  /** The table as SQL text: with the toolkit's prefix and, where there is one, schema; quoted. */
  tableName(table: 'transient'): string;
}
