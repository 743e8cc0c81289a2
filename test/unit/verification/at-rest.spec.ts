import { afterEach, beforeEach, expect, it } from 'vitest';
import { Database } from '../../../lib/persistence';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { ADA, PHONE, setUpVerification, type Verification } from './support';

describeEachEngine('a dump of the database after sign-up and verification (R145)', (engine) => {
  let database: TestDatabase;
  let on: Verification;

  beforeEach(async () => {
    database = await borrowTestDatabase(engine);
    // Ten digits, so that a code is in no other text by chance.
    const long = { codeLength: 10 };
    on = await setUpVerification(database, { emailVerification: long, phoneVerification: long });
  });
  afterEach(async () => {
    await on.module.close();
    await database.drop();
  });

  it('holds no code, link, token or password in clear', async () => {
    const canaries: string[] = [ADA.password];
    const keep = (...values: unknown[]) => {
      for (const value of values) if (typeof value === 'string') canaries.push(value);
    };
    const first = await on.auth.signup({ ...ADA, phone: PHONE });
    const code = await on.code(ADA.email);
    keep(first.session, code, (await on.link(ADA.email)).slice(-43));
    const second = await on.auth.respondToChallenge({ session: first.session, type: 'VERIFY_EMAIL', code });
    const number = await on.code(PHONE);
    keep(second.session, number);
    const done = await on.auth.respondToChallenge({
      session: second.session,
      type: 'VERIFY_PHONE',
      code: number,
    });
    keep(done.accessToken, done.refreshToken, done.deviceToken);
    const open = await on.auth.signup({ email: 'eve@example.com', password: 'canary-password-of-eve-9' });
    keep(open.session, 'canary-password-of-eve-9', await on.code('eve@example.com'));
    expect(canaries.length).toBeGreaterThan(10);
    const dump = await dumpOf(on.module.get(Database));
    // What may be there is: the dump is one of this database.
    expect(dump).toContain(ADA.email);
    expect(canaries.filter((canary) => dump.includes(canary))).toEqual([]);
  });
});

async function dumpOf({ dataSource }: Database): Promise<string> {
  const rows: unknown[] = [];
  for (const { tablePath } of dataSource.entityMetadatas) {
    rows.push(await dataSource.query(`SELECT * FROM ${dataSource.driver.escape(tablePath)}`));
  }
  return JSON.stringify(rows, (_, value: unknown) =>
    Buffer.isBuffer(value) ? value.toString('latin1') : value,
  );
}
