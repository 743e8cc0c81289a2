import 'reflect-metadata';
import { NAuthException, type NAuthCore } from '@nauth-toolkit/nestjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import * as toolkit from '../../../lib';
import { coreExports } from '../../../lib/core.providers';
import { borrowTestDatabase } from '../../support/database-pool';
import { type TestDatabase } from '../../support/services';
import { facadeCalls, newCaller, READS, type WritingCall } from './facade-calls';
import { boot, connect, rowsOf } from './support';

/** The trail itself, and what has nothing to do with accounts. */
const NO_FACADES = ['AuthAuditService'];
const READING_NAME = /^(?:get|list|is|has|can)[A-Z]/;
const TABLE = 'test/unit/audit/facade-calls.ts';

type Facade = new (...args: never[]) => object;

function isFacade(value: unknown): value is Facade {
  return typeof value === 'function' && /Service$/.test(value.name) && !NO_FACADES.includes(value.name);
}

function methodsOf(facade: Facade): string[] {
  const all = Object.getOwnPropertyDescriptors(facade.prototype);
  return Object.keys(all).filter((name) => name !== 'constructor' && typeof all[name]?.value === 'function');
}

const provided: readonly unknown[] = coreExports;
const facades = provided.filter(isFacade);
const calls = Object.entries(facadeCalls).flatMap(([facade, methods]) =>
  Object.entries(methods).map(([method, call]) => ({ name: `${facade}.${method}`, facade, method, call })),
);
const writing = calls.filter((entry): entry is typeof entry & { call: WritingCall } => entry.call !== READS);

describe('every public method of every facade', () => {
  it('is in the table, and nothing else is', () => {
    const exported = Object.values(toolkit).filter(isFacade);
    const known = new Set([...facades, ...exported].map(({ name }) => name));
    expect(facades.map(({ name }) => name)).toEqual(expect.arrayContaining(['AuthService', 'MFAService']));
    const present = [...new Set([...facades, ...exported])].flatMap((facade) =>
      methodsOf(facade).map((method) => `${facade.name}.${method}`),
    );
    const listed = calls.map(({ facade, method }) => `${facade}.${method}`);
    const missing = present.filter((name) => !listed.includes(name));
    expect(missing, `say in ${TABLE} which event each of these writes`).toEqual([]);
    const gone = listed.filter((name) => !present.includes(name));
    expect(gone, `remove these from ${TABLE}`).toEqual([]);
    expect(Object.keys(facadeCalls).filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(calls.filter(({ call }) => call === READS))('$name reads, as its name says', ({ method }) => {
    expect(method).toMatch(READING_NAME);
  });
});

describe('a method that changes something', () => {
  let database: TestDatabase;
  const closing: (() => Promise<unknown>)[] = [];
  let core: NAuthCore;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await borrowTestDatabase('sqlite');
    core = await boot(database, {}, closing);
    dataSource = await connect(database, closing);
  });
  afterAll(async () => {
    for (const close of closing) await close();
    await database.drop();
  });
  const service = (facade: string): object => {
    const found = [core.authService, core.mfaService, core.adminAuthService].find(
      ({ constructor }) => constructor.name === facade,
    );
    if (!found) throw new Error(`${facade} is not among the services of NAuthCore that this suite knows`);
    return found;
  };
  const forget = () => dataSource.query('DELETE FROM nauth_audit_events');
  const events = async () => (await rowsOf(dataSource)).map(({ type, status }) => [type, status]);

  it.each(writing.filter(({ call }) => call.refuse !== null))(
    '$name leaves one event when it refuses',
    async ({ facade, method, call }) => {
      const caller = await newCaller(core);
      await forget();
      const target = service(facade);
      const plain = (): Promise<unknown> =>
        caller.as(async () => Reflect.apply(Reflect.get(target, method), target, [{ noSuchField: 1 }]));
      const refused = (call.refuse?.(caller) ?? plain()).then(
        () => 'it was not refused',
        (error: unknown) => (error instanceof NAuthException ? undefined : String(error)),
      );
      expect(await refused).toBeUndefined();
      expect(await events()).toEqual([[call.event, 'FAILURE']]);
    },
  );

  it.each(writing.filter(({ call }) => call.succeed))(
    '$name leaves its event when it succeeds',
    async ({ call }) => {
      const caller = await newCaller(core);
      await forget();
      await call.succeed?.(caller);
      const expected = call.succeedEvent ?? call.event;
      expect(
        (await events()).filter(([type, status]) => type === expected && status !== 'FAILURE'),
      ).toHaveLength(1);
    },
  );
});
