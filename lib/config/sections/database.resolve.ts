import type { DataSourceOptions } from 'typeorm';
import { InstanceChecker } from 'typeorm/util/InstanceChecker';
import { isOptionsObject, kindOf } from '../fields';
import { parseOptions } from '../parse-options';
import type { ResolvedConfig } from '../resolved-config';
import type { SectionContext } from '../section-context';
import { databaseAddressSchema } from './database.schema';

type Database = ResolvedConfig['database'];

/** Types of TypeORM whose databases the migrations know. */
const TYPEORM_TYPES = ['postgres', 'mysql', 'mariadb', 'better-sqlite3'];
/** What a host gives TypeORM for these databases, and an address does not have. */
const TYPEORM_OPTIONS = new Set(
  (
    'applicationName cache charset connectorPackage connectTimeout database driver entities entityPrefix extra host ' +
    'installExtensions logger logging migrations migrationsRun name namingStrategy password port replication ' +
    'socketPath subscribers synchronize timezone username'
  ).split(' '),
);
const PROTOCOLS: Record<string, readonly string[]> = {
  postgres: ['postgres:', 'postgresql:'],
  mysql: ['mysql:', 'mariadb:'],
  mariadb: ['mysql:', 'mariadb:'],
};

/** Looks at the form only; whether the database answers is seen when it is opened. A URL is never repeated. */
export function resolveDatabase(input: unknown, context: SectionContext): Database {
  if (input === undefined) return undefined;
  if (InstanceChecker.isDataSource(input)) {
    checkType(input.options.type, TYPEORM_TYPES, 'database.options.type', context);
    return input;
  }
  if (!isOptionsObject(input)) {
    const forms = 'a TypeORM DataSource, its options, or { type, url }';
    context.report.addShape('database', `must be ${forms} (${kindOf(input)} was given)`);
    return undefined;
  }
  if (!isTypeOrmOptions(input)) return resolveAddress(input, context);
  checkType(input.type, TYPEORM_TYPES, 'database.type', context);
  return input;
}

/** Options that only TypeORM has make them TypeORM's own; it checks them when the connection is opened. */
function isTypeOrmOptions(input: object): input is DataSourceOptions {
  if (Reflect.get(input, 'type') === 'better-sqlite3') return true;
  return Object.keys(input).some((name) => TYPEORM_OPTIONS.has(name));
}

function resolveAddress(input: object, context: SectionContext): Database {
  const { report } = context;
  const options = parseOptions(databaseAddressSchema, input, ['database'], report) ?? {};
  const { type, url } = options;
  if (type === undefined) {
    report.addRule('database.type', "is missing; it is one of 'sqlite', 'postgres', 'mysql', 'mariadb'");
  }
  if (url === undefined) {
    report.addRule('database.url', "is missing; give a connection URL, for sqlite a file path or ':memory:'");
  }
  if (type === undefined || url === undefined) return undefined;
  const protocols = PROTOCOLS[type];
  if (url === '' || (protocols && !protocols.includes(URL.canParse(url) ? new URL(url).protocol : ''))) {
    const form = protocols
      ? `a URL that starts with ${protocols[0]}//`
      : "a file path, a file: URL or ':memory:'";
    report.addRule('database.url', `must be ${form}`);
  }
  if (options.schema !== undefined && type !== 'postgres') {
    report.addRule('database.schema', 'only PostgreSQL has it; leave it out');
  }
  return Object.freeze({ ...options, type, url });
}

function checkType(type: unknown, known: readonly string[], path: string, { report }: SectionContext): void {
  if (typeof type === 'string' && known.includes(type)) return;
  report.addRule(path, `must be one of ${known.map((name) => `'${name}'`).join(', ')}`);
}
