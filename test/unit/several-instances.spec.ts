import 'reflect-metadata';
import { NAuth, type AuthResponseDTO, type NAuthCore } from '@nauth-toolkit/nestjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataSource, type Logger } from 'typeorm';
import { dataSourceOptions } from '../../lib/persistence/data-source-options';
import { createTestDatabase, describeEachEngine, type TestDatabase } from '../support/services';
import { account, testConfig } from './nest/support';

class CountingLogger implements Logger {
  queries = 0;
  logQuery(): void {
    this.queries += 1;
  }
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

interface Instance {
  core: NAuthCore;
  dataSource: DataSource;
  log: CountingLogger;
}

async function boot(database: TestDatabase): Promise<Instance> {
  const log = new CountingLogger();
  const dataSource = new DataSource({
    ...dataSourceOptions(database.options),
    logger: log,
    logging: ['query'],
  });
  const nauth = await NAuth.create({
    config: testConfig({ database: dataSource, session: { maxConcurrent: 0 } }),
    adapter: { attach: (core: NAuthCore) => ({ core }) },
  });
  return { core: nauth.core, dataSource, log };
}

/** One request with this access token: the code of the refusal, or the user's first name. */
async function request(
  core: NAuthCore,
  token: string,
  work?: () => Promise<unknown>,
): Promise<string | null> {
  const state = core.context.open({ headers: { authorization: `Bearer ${token}` } });
  try {
    await core.auth.require(state);
  } catch (error) {
    return String(Reflect.get(Object(error), 'code'));
  }
  await core.context.run(state, async () => work?.());
  return state.identity.status === 'authenticated' ? state.identity.user.firstName : 'nobody';
}

async function until(check: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await check())) {
    if (performance.now() - start > 5000) return Infinity;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return performance.now() - start;
}

describeEachEngine('two instances on one database', (engine) => {
  let database: TestDatabase;
  let one: Instance;
  let two: Instance;

  beforeEach(async () => {
    database = await createTestDatabase(engine);
    one = await boot(database);
    two = await boot(database);
  });

  afterEach(async () => {
    await one.core.close();
    await two.core.close();
    await database.drop();
  });

  async function signup(): Promise<string> {
    const { accessToken }: AuthResponseDTO = await one.core.authService.signup({
      ...account,
      firstName: 'Ada',
    });
    return String(accessToken);
  }

  async function login(): Promise<string> {
    const { email: identifier, password } = account;
    return String((await one.core.authService.login({ identifier, password })).accessToken);
  }

  it('answer guarded requests without a query in the steady state, whatever the number of sessions', async () => {
    const tokens = [await signup()];
    while (tokens.length < 20) tokens.push(await login());
    for (const token of tokens) expect(await request(two.core, token)).toBe('Ada');
    two.log.queries = 0;
    const start = performance.now();
    for (let round = 0; round < 50; round += 1)
      await Promise.all(tokens.map((token) => request(two.core, token)));
    const looks = Math.ceil((performance.now() - start) / 500) + 1;
    expect(two.log.queries).toBeLessThanOrEqual(looks);
  });

  it('see a log-out of the other within a second, and their own at once', async () => {
    const token = await signup();
    const other = await login();
    for (const each of [token, other]) expect(await request(two.core, each)).toBe('Ada');
    await request(one.core, token, () => one.core.authService.logout());
    expect(await request(one.core, token)).toBe('AUTH_SESSION_NOT_FOUND');
    const refused = async (each: string) => (await request(two.core, each)) === 'AUTH_SESSION_NOT_FOUND';
    expect(await until(() => refused(token))).toBeLessThan(1000);
    expect(await request(two.core, other)).toBe('Ada');
    await request(one.core, other, () => one.core.authService.logoutAll());
    expect(await until(() => refused(other))).toBeLessThan(1000);
  });

  it('see a changed profile within a second, and their own at once', async () => {
    const token = await signup();
    expect(await request(two.core, token)).toBe('Ada');
    await request(one.core, token, () => one.core.authService.updateProfile({ firstName: 'Grace' }));
    expect(await request(one.core, token)).toBe('Grace');
    expect(await until(async () => (await request(two.core, token)) === 'Grace')).toBeLessThan(1000);
  });

  it('ask the database each time while the feed cannot be read', async () => {
    const token = await signup();
    expect(await request(two.core, token)).toBe('Ada');
    await one.dataSource.query('ALTER TABLE nauth_session_changes RENAME TO nauth_hidden');
    await one.dataSource.query(
      `UPDATE nauth_sessions SET revoked_at = ${engine === 'sqlite' ? "'2026-01-01 00:00:00.000'" : 'CURRENT_TIMESTAMP'}`,
    );
    expect(
      await until(async () => (await request(two.core, token)) === 'AUTH_SESSION_NOT_FOUND'),
    ).toBeLessThan(1000);
    await one.dataSource.query('ALTER TABLE nauth_hidden RENAME TO nauth_session_changes');
  });

  it('refuse with 503, and never grant, when the database is gone', async () => {
    const token = await signup();
    expect(await request(two.core, token)).toBe('Ada');
    await two.dataSource.destroy();
    expect(await until(async () => (await request(two.core, token)) === 'SERVICE_UNAVAILABLE')).toBeLessThan(
      1000,
    );
  });
});

describe('one instance', () => {
  it('starts without a feed to read from', async () => {
    const nauth = await NAuth.create({
      config: testConfig(),
      adapter: { attach: (core: NAuthCore) => ({ core }) },
    });
    const { accessToken } = await nauth.authService.signup({ ...account, firstName: 'Ada' });
    expect(await request(nauth.core, String(accessToken))).toBe('Ada');
    await nauth.close();
  });
});
