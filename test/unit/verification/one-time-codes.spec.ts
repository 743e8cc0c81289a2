import { afterEach, beforeEach, expect, it } from 'vitest';
import { Database } from '../../../lib/persistence';
import { type CodeRequest, OneTimeCodeCleaner, OneTimeCodes } from '../../../lib/verification';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { setUp, tally, type Setup } from '../challenges/support';

const MINUTE = 60_000;
const request: CodeRequest = {
  purpose: 'password-reset',
  subject: 'decoy:someone',
  userId: null,
  target: 'ada@example.com',
  codeLength: 6,
  expiresInMs: 15 * MINUTE,
  maxAttempts: 3,
  resendDelayMs: MINUTE,
  renewal: 'new-life',
};

describeEachEngine('one-time codes', (engine) => {
  let database: TestDatabase;
  let on: Setup;
  let codes: OneTimeCodes;

  beforeEach(async () => {
    database = await borrowTestDatabase(engine, 10);
    on = await setUp(database);
    codes = on.module.get(OneTimeCodes);
  });

  afterEach(async () => {
    await on.module.close();
    await database.drop();
  });

  const issue = (changes: Partial<CodeRequest> = {}) => codes.issue({ ...request, ...changes });
  const check = (given: string) => codes.check(request.purpose, request.subject, given);
  const wrong = (code: string | undefined) => (code === '000000' ? '111111' : '000000');

  it('are right once, in either form', async () => {
    for (const form of ['code', 'linkCode'] as const) {
      const issued = await issue({ resendDelayMs: 0 });
      expect([issued?.code, issued?.linkCode]).toEqual([
        expect.stringMatching(/^\d{6}$/),
        expect.stringMatching(/^[\w-]{43}$/),
      ]);
      const proved = await check(issued?.[form] ?? '');
      if (typeof proved === 'string') throw new Error(proved);
      expect(proved.target).toBe('ada@example.com');
      const used = await Promise.all(Array.from({ length: 20 }, () => codes.consume(proved)));
      expect(used.filter(Boolean)).toHaveLength(1);
      expect(await check(issued?.[form] ?? '')).toBe('invalid');
    }
  });

  it('are removed an hour after their end, and no sooner', async () => {
    const count = async () => Number((await on.sql('SELECT COUNT(*) AS n FROM nauth_one_time_codes'))[0]?.n);
    const cleaner = on.module.get(OneTimeCodeCleaner);
    await issue();
    await issue({ subject: 'decoy:later', expiresInMs: 60 * MINUTE });
    on.now.offset = 74 * MINUTE;
    await cleaner.clean();
    expect(await count()).toBe(2);
    on.now.offset = 76 * MINUTE;
    await cleaner.clean();
    expect(await count()).toBe(1);
  });

  it('are looked at as often as allowed, in parallel too; the form in the link always', async () => {
    const issued = await issue();
    const given = await Promise.all(Array.from({ length: 50 }, () => check(wrong(issued?.code))));
    expect(tally(given.map(String))).toEqual({ invalid: 3, exhausted: 47 });
    expect(await check(issued?.code ?? '')).toBe('exhausted');
    expect(await check(issued?.linkCode ?? '')).toMatchObject({ target: 'ada@example.com' });
  });

  it('get a try back', async () => {
    const issued = await issue();
    for (let round = 0; round < 9; round += 1) {
      expect(await check(wrong(issued?.code))).toBe('invalid');
      await codes.giveAttemptBack(request.purpose, request.subject);
    }
    expect(await check(issued?.code ?? '')).toMatchObject({ subject: request.subject });
  });

  it('end with their time', async () => {
    const issued = await issue();
    on.now.offset = 15 * MINUTE;
    expect(await check(issued?.code ?? '')).toBe('expired');
    expect(await check(issued?.linkCode ?? '')).toBe('expired');
  });

  it('are not sent twice within the delay, and a later one kills the earlier', async () => {
    const first = await issue();
    expect(await issue()).toBeUndefined();
    expect(await codes.resendWait(request.purpose, request.subject, MINUTE)).toBeGreaterThan(MINUTE - 20_000);
    on.now.offset = MINUTE;
    expect(await codes.resendWait(request.purpose, request.subject, MINUTE)).toBe(0);
    const second = await issue();
    expect(await check(first?.linkCode ?? '')).toBe('invalid');
    expect(await check(second?.linkCode ?? '')).toMatchObject({ target: 'ada@example.com' });
  });

  it('hand down end and count where a second one continues the first', async () => {
    await issue({ renewal: 'same-life' });
    await check('x');
    await check('x');
    on.now.offset = 10 * MINUTE;
    const second = await issue({ renewal: 'same-life' });
    expect(await check('x')).toBe('invalid');
    expect(await check(second?.code ?? '')).toBe('exhausted');
    on.now.offset = 15 * MINUTE;
    expect(await check(second?.linkCode ?? '')).toBe('expired');
    const third = await issue({ renewal: 'same-life' });
    expect(await check(third?.code ?? '')).toMatchObject({ target: 'ada@example.com' });
  });

  it('are not continued without tries left: the next one is good, for a life of its own (R078)', async () => {
    const first = await issue({ renewal: 'same-life' });
    for (let round = 0; round < 3; round += 1) await check('x');
    expect(await issue({ renewal: 'same-life' })).toBeUndefined();
    expect(await check(first?.linkCode ?? '')).toMatchObject({ target: 'ada@example.com' });
    on.now.offset = 10 * MINUTE;
    const second = await issue({ renewal: 'same-life' });
    on.now.offset = 24 * MINUTE;
    expect(await check(first?.linkCode ?? '')).toBe('invalid');
    expect(await check(second?.code ?? '')).toMatchObject({ target: 'ada@example.com' });
  });

  it('start again where a second one has a life of its own', async () => {
    await issue();
    for (let round = 0; round < 4; round += 1) await check('x');
    on.now.offset = 10 * MINUTE;
    const second = await issue();
    on.now.offset = 24 * MINUTE;
    expect(await check(second?.code ?? '')).toMatchObject({ target: 'ada@example.com' });
  });

  it('belong to one address: another one replaces it at once, and a proof of the first is void', async () => {
    const first = await issue({ renewal: 'same-life' });
    const proved = await check(first?.code ?? '');
    const second = await issue({ renewal: 'same-life', target: 'eve@example.com' });
    expect(second).toBeDefined();
    if (typeof proved === 'string') throw new Error(proved);
    expect(await codes.consume(proved)).toBe(false);
    expect(await check(first?.code ?? '')).toBe(first?.code === second?.code ? expect.anything() : 'invalid');
    expect(await check(second?.code ?? '')).toMatchObject({ target: 'eve@example.com' });
  });

  it('RACE-10: of fifty pairs of addresses at once each code proves the address that it was made for', async () => {
    const targets = Array.from({ length: 100 }, (_, index) => `user${index % 2}-${index}@example.com`);
    const issued = await Promise.all(
      targets.map(async (target) => ({ target, code: await issue({ target, codeLength: 10 }) })),
    );
    let right = 0;
    for (const { target, code } of issued) {
      const proved = await check(code?.linkCode ?? '');
      if (typeof proved === 'string') continue;
      expect(proved.target).toBe(target);
      right += 1;
    }
    expect(right).toBe(1);
  });

  it('are all made where the first ones of one subject, for several addresses, come at once', async () => {
    for (let round = 0; round < 4; round += 1) {
      const targets = Array.from({ length: 4 }, (_, index) => `user${index}@example.com`);
      const subject = `decoy:round${round}`;
      const issued = await Promise.all(targets.map((target) => issue({ subject, target })));
      expect(issued.map((code) => code !== undefined)).toEqual(targets.map(() => true));
    }
  });

  it('are made once where the first ones for one address come at once', async () => {
    const issued = await Promise.all(Array.from({ length: 4 }, () => issue()));
    expect(issued.filter(Boolean)).toHaveLength(1);
  });

  it('of one purpose or subject are nothing to another', async () => {
    const issued = await issue();
    expect(await codes.check('verify-email', request.subject, issued?.code ?? '')).toBe('invalid');
    expect(await codes.check(request.purpose, 'decoy:other', issued?.linkCode ?? '')).toBe('invalid');
  });

  it('stand nowhere in clear', async () => {
    const issued = await issue({ codeLength: 10 });
    const rows = JSON.stringify(
      await on.module.get(Database).dataSource.query('SELECT * FROM nauth_one_time_codes'),
    );
    expect(rows).toContain('ada@example.com');
    expect(rows).not.toContain(issued?.code);
    expect(rows).not.toContain(issued?.linkCode);
  });
});
