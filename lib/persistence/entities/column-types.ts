import type { DatabaseFamily } from './database-family';

/** What entities and migrations both say about a column; one source for the two keeps the schema free of drift. */
export interface ColumnShape {
  type:
    | 'uuid'
    | 'char'
    | 'varchar'
    | 'text'
    | 'timestamp with time zone'
    | 'datetime'
    | 'jsonb'
    | 'json'
    | 'simple-json'
    | 'boolean'
    | 'tinyint'
    | 'int'
    | 'integer'
    | 'bigint';
  length?: string;
  precision?: number;
  charset?: string;
  collation?: string;
}

/** The column types of one engine by their meaning. */
export interface ColumnTypes {
  readonly family: DatabaseFamily;
  /** An id made in code. */
  id: ColumnShape;
  /** A moment in UTC, to the millisecond. */
  time: ColumnShape;
  json: ColumnShape;
  bool: ColumnShape;
  int: ColumnShape;
  bigint: ColumnShape;
  /** A number that the database gives out, always growing. */
  sequence: ColumnShape;
  /** Hashes, salts, codes: ASCII, compared byte by byte. */
  ascii(length: number): ColumnShape;
  /** What a user or an address is looked up by: any text, compared byte by byte (R153). */
  exact(length: number): ColumnShape;
  /** Text for people, never looked up. */
  text(length: number): ColumnShape;
  /** Text without a practical limit, compared byte by byte. */
  longText: ColumnShape;
}

const postgres: ColumnTypes = {
  family: 'postgres',
  id: { type: 'uuid' },
  time: { type: 'timestamp with time zone', precision: 3 },
  json: { type: 'jsonb' },
  bool: { type: 'boolean' },
  int: { type: 'integer' },
  bigint: { type: 'bigint' },
  sequence: { type: 'bigint' },
  ascii: (length) => ({ type: 'varchar', length: String(length) }),
  exact: (length) => ({ type: 'varchar', length: String(length) }),
  text: (length) => ({ type: 'varchar', length: String(length) }),
  longText: { type: 'text' },
};

const asciiBinary = { charset: 'ascii', collation: 'ascii_bin' };
const utf8Binary = { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
const utf8Text = { charset: 'utf8mb4', collation: 'utf8mb4_unicode_ci' };

const mysql: ColumnTypes = {
  family: 'mysql',
  id: { type: 'char', length: '36', ...asciiBinary },
  time: { type: 'datetime', precision: 3 },
  json: { type: 'json' },
  bool: { type: 'tinyint' },
  int: { type: 'int' },
  bigint: { type: 'bigint' },
  sequence: { type: 'bigint' },
  ascii: (length) => ({ type: 'varchar', length: String(length), ...asciiBinary }),
  exact: (length) => ({ type: 'varchar', length: String(length), ...utf8Binary }),
  text: (length) => ({ type: 'varchar', length: String(length), ...utf8Text }),
  longText: { type: 'text', ...utf8Binary },
};

const sqlite: ColumnTypes = {
  ...postgres,
  family: 'sqlite',
  id: { type: 'varchar', length: '36' },
  time: { type: 'datetime' },
  json: { type: 'simple-json' },
  // Only under this name SQLite numbers rows by itself.
  sequence: { type: 'integer' },
};

const byFamily: Readonly<Record<DatabaseFamily, ColumnTypes>> = { postgres, mysql, sqlite };

export function columnTypes(family: DatabaseFamily): ColumnTypes {
  return byFamily[family];
}
