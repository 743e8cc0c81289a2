import type { DatabaseFamily } from '../entities';

/** The moment by the clock of the database, which all instances share (R151); it can be stored in a column of moments. */
export const DATABASE_NOW: Readonly<Record<DatabaseFamily, string>> = {
  postgres: 'clock_timestamp()',
  mysql: 'UTC_TIMESTAMP(3)',
  sqlite: "strftime('%Y-%m-%d %H:%M:%f', 'now')",
};

/** How long ago a moment of that clock was, in milliseconds, as SQL. */
export function ageByDatabase(family: DatabaseFamily, column: string): string {
  switch (family) {
    case 'postgres':
      return `EXTRACT(EPOCH FROM clock_timestamp() - ${column}) * 1000`;
    case 'mysql':
      return `TIMESTAMPDIFF(MICROSECOND, ${column}, UTC_TIMESTAMP(6)) / 1000`;
    case 'sqlite':
      return `(julianday('now') - julianday(${column})) * 86400000`;
  }
}
