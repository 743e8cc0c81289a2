import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  AuthService,
  ContextStorage,
  NAuth,
  type AuthResponseDTO,
  type NAuthCore,
} from '@nauth-toolkit/nestjs';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DataSource, type Logger } from 'typeorm';
import { UNIT_OF_WORK, type UnitOfWork } from '../../lib/common';
import { resolveConfig } from '../../lib/config';
import { HeadlessModule } from '../../lib/headless/headless.module';
import { dataSourceOptions } from '../../lib/persistence/data-source-options';
import { AuthHandler } from '../../lib/pipeline';
import { SessionEnder } from '../../lib/sessions';
import { Database } from '../../lib/persistence';
import { lastGrantAfter, REVOCATION_MS } from '../support/revocation';
import { borrowTestDatabase } from '../support/database-pool';
import { describeEachEngine, describeEngine, type TestDatabase } from '../support/services';
import { account, testConfig } from './nest/support';

/** Set in what a request does itself; looks at the feed and rounds of the background are nobody's. */
const ofRequest = new AsyncLocalStorage<true>();

class CountingLogger implements Logger {
  queries = 0;
  /** Of these, looks at the feed. */
  looks = 0;
  /** Of these, those of requests. */
  asked = 0;
  logQuery(query: string): void {
    this.queries += 1;
    if (ofRequest.getStore()) this.asked += 1;
    if (/^SELECT .*session_changes/s.test(query)) this.looks += 1;
  }
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

interface Instance {
  app: INestApplicationContext;
  authService: AuthService;
  context: ContextStorage;
  handler: AuthHandler;
  ender: SessionEnder;
  unit: UnitOfWork;
  database: Database;
  dataSource: DataSource;
  log: CountingLogger;
}

interface Member {
  tokens: string[];
  sub: string;
}

let serial = 0;

async function boot(database: TestDatabase): Promise<Instance> {
  const log = new CountingLogger();
  const dataSource = new DataSource({
    ...dataSourceOptions(database.options),
    logger: log,
    logging: ['query'],
  });
  const config = resolveConfig(testConfig({ database: dataSource, session: { maxConcurrent: 0 } }));
  const app = await NestFactory.createApplicationContext(HeadlessModule.with(config, undefined), {
    logger: ['error', 'warn'],
  });
  return {
    app,
    authService: app.get(AuthService),
    context: app.get(ContextStorage),
    handler: app.get(AuthHandler),
    ender: app.get(SessionEnder),
    unit: app.get<UnitOfWork>(UNIT_OF_WORK),
    database: app.get(Database),
    dataSource,
    log,
  };
}

/** One request with this access token: the code of the refusal, or the user's first name. */
async function request(
  { context, handler }: Pick<Instance, 'context' | 'handler'>,
  token: string,
  work?: () => Promise<unknown>,
): Promise<string | null> {
  const state = context.open({ headers: { authorization: `Bearer ${token}` } });
  try {
    await handler.require(state);
  } catch (error) {
    return String(Reflect.get(Object(error), 'code'));
  }
  await context.run(state, async () => work?.());
  return state.identity.status === 'authenticated' ? state.identity.user.firstName : 'nobody';
}

describeEachEngine('two instances on one database', (engine) => {
  let database: TestDatabase;
  let one: Instance;
  let two: Instance;

  beforeAll(async () => {
    database = await borrowTestDatabase(engine);
    one = await boot(database);
    two = await boot(database);
  });

  afterAll(async () => {
    await one.app.close();
    await two.app.close();
    await database.drop();
  });

  /** A new user with this many sessions, all of which the other instance has seen. */
  async function member(sessions = 1): Promise<Member> {
    serial += 1;
    const identifier = `ada${serial}@example.com`;
    const { password } = account;
    const { accessToken, user }: AuthResponseDTO = await one.authService.signup({
      email: identifier,
      password,
      firstName: 'Ada',
    });
    const tokens = [String(accessToken)];
    while (tokens.length < sessions)
      tokens.push(String((await one.authService.login({ identifier, password })).accessToken));
    for (const token of tokens) expect(await request(two, token)).toBe('Ada');
    return { tokens, sub: String(user?.sub) };
  }

  const granted = (token: string) => async () => (await request(two, token)) === 'Ada';

  it('answer guarded requests without a query in the steady state, whatever the number of sessions', async () => {
    two.log.asked = 0;
    const { tokens } = await ofRequest.run(true, () => member(20));
    // Each is read once, which shows that it would be counted.
    expect(two.log.asked).toBeGreaterThanOrEqual(20);
    Object.assign(two.log, { asked: 0, looks: 0 });
    const start = performance.now();
    await ofRequest.run(true, async () => {
      for (let round = 0; round < 50; round += 1)
        await Promise.all(tokens.map((token) => request(two, token)));
    });
    expect(two.log.asked).toBe(0);
    const looks = Math.ceil((performance.now() - start) / 500) + 1;
    expect(two.log.looks).toBeLessThanOrEqual(looks);
  });

  interface Change {
    what: string;
    /** Of three sessions the first one acts. */
    act(member: Member): Promise<unknown>;
    /** How many of them end. */
    ended: number;
    /** What the acting instance says of the first session then. */
    then?: string;
  }

  const GONE = 'AUTH_SESSION_NOT_FOUND';
  const asOwner = (work: () => Promise<unknown>) => (member: Member) =>
    request(one, member.tokens[0] ?? '', work);
  const changes: Change[] = [
    { what: 'log-out', act: asOwner(() => one.authService.logout()), ended: 1 },
    { what: 'log-out everywhere', act: asOwner(() => one.authService.logoutAll()), ended: 3 },
    {
      what: 'changed password',
      act: asOwner(() =>
        one.authService.changePassword({ oldPassword: account.password, newPassword: 'nine blue lakes' }),
      ),
      ended: 3,
    },
    // What a disabled and a deleted account come down to.
    {
      what: 'disabled account',
      act: ({ sub }) => change(`UPDATE users SET is_active = ${no()}`, sub),
      ended: 3,
    },
    { what: 'deleted account', act: ({ sub }) => change('DELETE FROM users', sub), ended: 3 },
    {
      what: 'changed profile',
      act: asOwner(() => one.authService.updateProfile({ firstName: 'Grace' })),
      ended: 3,
      then: 'Grace',
    },
  ];

  it('see what the other did within a second, and what they did themselves at once', async () => {
    const latest = await Promise.all(
      changes.map(async ({ what, act, ended, then = GONE }) => {
        const changed = await member(3);
        const { tokens: bystanders } = await member(1);
        await act(changed);
        const gone = changed.tokens.slice(0, ended);
        const own = await Promise.all(gone.map((token) => request(one, token)));
        expect([what, own]).toEqual([what, gone.map(() => then)]);
        const last = await Promise.all(gone.map((token) => lastGrantAfter(granted(token))));
        for (const token of [...bystanders, ...changed.tokens.slice(ended)])
          expect([what, await request(two, token)]).toEqual([what, 'Ada']);
        return { what, last: Math.max(...last) };
      }),
    );
    for (const { what, last } of latest) expect(last, what).toBeLessThan(REVOCATION_MS);
  });

  const no = (): string => (engine === 'postgres' ? 'FALSE' : '0');

  /** A change of the user and its note, as one unit. */
  function change(sql: string, sub: string): Promise<void> {
    return one.unit.run(async () => {
      const table = one.database.tableName('users');
      const statement = `${sql.replace(/\busers\b/, table)} WHERE id = '${sub}'`;
      await one.database.execute((manager) => manager.query(statement));
      await one.ender.userChanged(sub);
    });
  }

  it('ask the database each time while the feed is not there, and remember again when it is', async () => {
    const token = (await member()).tokens[0] ?? '';
    await one.dataSource.query('ALTER TABLE nauth_session_changes RENAME TO nauth_hidden');
    await one.dataSource.query(`UPDATE nauth_sessions SET revoked_at = ${past()}`);
    expect(await lastGrantAfter(granted(token))).toBeLessThan(REVOCATION_MS);
    await one.dataSource.query('UPDATE nauth_sessions SET revoked_at = NULL');
    two.log.queries = 0;
    for (let turn = 0; turn < 50; turn += 1) expect(await request(two, token)).toBe('Ada');
    expect(two.log.queries).toBeGreaterThanOrEqual(50);
    await one.dataSource.query('ALTER TABLE nauth_hidden RENAME TO nauth_session_changes');
    await until(async () => {
      two.log.queries = 0;
      for (let turn = 0; turn < 50; turn += 1) expect(await request(two, token)).toBe('Ada');
      return two.log.queries < 25;
    });
  });

  const past = (): string => (engine === 'sqlite' ? "'2026-01-01 00:00:00.000'" : 'CURRENT_TIMESTAMP');

  it('refuse with 503, and never grant, when the database is gone', async () => {
    const token = (await member()).tokens[0] ?? '';
    await two.dataSource.destroy();
    expect(await lastGrantAfter(granted(token))).toBeLessThan(REVOCATION_MS);
    expect(await request(two, token)).toBe('SERVICE_UNAVAILABLE');
  });
});

for (const engine of ['postgres', 'mariadb'] as const) {
  describeEngine(engine, `two instances on one server (${engine})`, () => {
    let database: TestDatabase;
    let one: Instance;
    let two: Instance;
    let token: string;
    let sub: string;

    beforeEach(async () => {
      database = await borrowTestDatabase(engine);
      one = await boot(database);
      two = await boot(database);
      const { accessToken, user } = await one.authService.signup({ ...account, firstName: 'Ada' });
      token = String(accessToken);
      sub = String(user?.sub);
    });

    afterEach(async () => {
      await one.app.close();
      await two.app.close();
      await database.drop();
    });

    const granted = async (): Promise<boolean> => (await request(two, token)) === 'Ada';
    const NOBODY = '00000000-0000-4000-8000-000000000000';

    it.each([
      ['before', false],
      ['after', true],
    ])(
      'see a change that was numbered %s they looked for the first time, and committed later',
      async (_, early) => {
        if (early) expect(await granted()).toBe(true);
        // What SessionEnder does, in a transaction that takes as long as the looks of the other instance do.
        const ending = one.dataSource.createQueryRunner();
        await ending.startTransaction();
        try {
          await ending.query(
            `UPDATE nauth_sessions SET revoked_at = CURRENT_TIMESTAMP WHERE user_id = '${sub}'`,
          );
          const note = `(user_id, created_at_ms) VALUES ('${sub}', ${Date.now()})`;
          await ending.query(`INSERT INTO nauth_session_changes ${note}`);
          await one.ender.userChanged(NOBODY);
          two.log.looks = 0;
          // Where the second one begins, the first one has seen the higher number, and the lower one is not there yet.
          await until(async () => {
            expect(await granted()).toBe(true);
            return two.log.looks > 1;
          });
          await ending.commitTransaction();
        } finally {
          if (ending.isTransactionActive) await ending.rollbackTransaction();
          await ending.release();
        }
        expect(await lastGrantAfter(granted)).toBeLessThan(REVOCATION_MS);
      },
    );

    it('go on, and hear of an ended session, while the feed is locked', async () => {
      expect(await granted()).toBe(true);
      const locker = one.dataSource.createQueryRunner();
      await locker.connect();
      const [lock, unlock] =
        engine === 'postgres'
          ? ['BEGIN; LOCK TABLE nauth_session_changes IN ACCESS EXCLUSIVE MODE', 'ROLLBACK']
          : ['LOCK TABLES nauth_session_changes WRITE', 'UNLOCK TABLES'];
      await locker.query(lock);
      try {
        const untold = one.ender.endAll(sub, 'logout_all').catch((error: unknown) => error);
        const start = performance.now();
        while (performance.now() - start < REVOCATION_MS) expect(await granted()).toBe(true);
        await one.dataSource.query("UPDATE nauth_users SET first_name = 'Grace'");
        expect(await lastGrantAfter(granted)).toBeLessThan(REVOCATION_MS);
        // A change that cannot be told of does not take place.
        expect(await untold).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
        expect(await request(two, token)).toBe('Grace');
      } finally {
        await locker.query(unlock);
        await locker.release();
      }
    });
  });
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const start = performance.now();
  while (!(await check())) {
    if (performance.now() - start > 15_000) throw new Error('it did not come to pass');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

describe('one instance', () => {
  it('starts without a feed to read from', async () => {
    const nauth = await NAuth.create({
      config: testConfig(),
      adapter: { attach: (core: NAuthCore) => ({ core }) },
    });
    const { accessToken } = await nauth.authService.signup({ ...account, firstName: 'Ada' });
    const { context, auth: handler } = nauth.core;
    expect(await request({ context, handler }, String(accessToken))).toBe('Ada');
    await nauth.close();
  });
});
