import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContextStorage } from '../../../lib/context';
import type { SignIn } from '../../../lib/challenges';
import { NAuthException } from '../../../lib/errors';
import { Database } from '../../../lib/persistence';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { account } from '../nest/support';
import { CodeResolver, outcome, RIGHT, setUp, tally, type Setup } from './support';

const MAX_ATTEMPTS = 3;
const QUARTER_OF_AN_HOUR = 15 * 60_000;
const credentials = { identifier: account.email, password: account.password };

describeEachEngine('challenges', (engine) => {
  let database: TestDatabase;
  let on: Setup;
  let mail: CodeResolver;

  beforeEach(async () => {
    database = await borrowTestDatabase(engine, 10);
    on = await setUp(database);
    mail = new CodeResolver('VERIFY_EMAIL');
  });

  afterEach(async () => {
    await on.module.close();
    await database.drop();
  });

  async function challenged(): Promise<{ session: string; sub: string }> {
    on.registry.register(mail);
    const { session = '' } = await on.auth.signup(account);
    const [row] = await on.sql('SELECT id FROM nauth_users');
    return { session, sub: String(row?.['id']) };
  }

  const answer = (session: string, code: string, type = 'VERIFY_EMAIL') =>
    on.auth.respondToChallenge({ session, type, code });

  async function count(table: string): Promise<number> {
    const [row] = await on.sql(`SELECT COUNT(*) AS n FROM nauth_${table}`);
    return Number(row?.['n']);
  }

  it('chain in the order of the contract, each with a session of its own, and end in tokens', async () => {
    on.registry.register(new CodeResolver('VERIFY_PHONE'));
    on.registry.register(mail);
    const seen: unknown[] = [];
    let step = await on.auth.signup(account);
    const sessions = new Set<string>();
    while (step.challengeName && sessions.size < 5) {
      const { challengeName, session = '', challengeParameters, user, accessToken } = step;
      expect([challengeParameters, user, accessToken]).toEqual([
        { for: account.email },
        undefined,
        undefined,
      ]);
      expect(await count('sessions')).toBe(0);
      seen.push(challengeName);
      sessions.add(session);
      step = await answer(session, RIGHT, challengeName);
      expect(await outcome(answer(session, RIGHT, challengeName))).toBe('CHALLENGE_INVALID');
    }
    expect(seen).toEqual(['VERIFY_EMAIL', 'VERIFY_PHONE']);
    expect(sessions.size).toBe(2);
    expect([step.user?.email, typeof step.accessToken]).toEqual([account.email, 'string']);
    const [row] = await on.sql('SELECT amr FROM nauth_sessions');
    const amr = row?.['amr'];
    expect(typeof amr === 'string' ? JSON.parse(amr) : amr).toEqual(['pwd', 'otp']);
  });

  it('prepare the next one before its unit of work, and make it of that', async () => {
    const unit = on.module.get(Database);
    const prepared: string[] = [];
    for (const resolver of [mail, new CodeResolver('VERIFY_PHONE')]) {
      on.registry.register(
        Object.assign(resolver, {
          prepare: ({ user }: SignIn) => {
            prepared.push(`${resolver.name} ${unit.isRunning ? 'inside' : 'outside'}`);
            const open = () => Promise.resolve({ challengeParameters: { ready: user.email } });
            return Promise.resolve({ open });
          },
        }),
      );
    }
    const { session = '', challengeParameters } = await on.auth.signup(account);
    expect(prepared).toEqual(['VERIFY_EMAIL outside']);
    expect(challengeParameters).toEqual({ ready: account.email });
    const next = await answer(session, RIGHT);
    expect(prepared).toEqual(['VERIFY_EMAIL outside', 'VERIFY_PHONE outside']);
    expect(next).toMatchObject({
      challengeName: 'VERIFY_PHONE',
      challengeParameters: { ready: account.email },
    });
  });

  it('RACE-6: a hundred right answers at once make one session', async () => {
    const { session } = await challenged();
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => outcome(answer(session, RIGHT))));
    const { tokens, CHALLENGE_INVALID = 0, CHALLENGE_MAX_ATTEMPTS = 0, ...others } = tally(outcomes);
    expect([tokens, CHALLENGE_INVALID + CHALLENGE_MAX_ATTEMPTS, others]).toEqual([1, 99, {}]);
    expect(await count('sessions')).toBe(1);
    expect(mail.applied).toBe(1);
  });

  it('RACE-7: of two hundred wrong answers at once three are looked at, and the right one is too late', async () => {
    const { session } = await challenged();
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, index) => outcome(answer(session, `wrong ${index}`))),
    );
    expect(mail.checks).toBe(MAX_ATTEMPTS);
    expect(tally(outcomes)['VERIFY_CODE_INVALID']).toBe(MAX_ATTEMPTS);
    expect(await outcome(answer(session, RIGHT))).toBe('CHALLENGE_MAX_ATTEMPTS');
    expect(mail.checks).toBe(MAX_ATTEMPTS);
    expect(await count('sessions')).toBe(0);
  });

  it('say of one without answers left how long it lasts, whatever is asked of it (R030)', async () => {
    const { session } = await challenged();
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) await outcome(answer(session, 'wrong'));
    on.now.offset = QUARTER_OF_AN_HOUR - 60_000;
    for (const asked of [
      () => answer(session, RIGHT),
      () => on.auth.resendCode({ session }),
      () => on.auth.getSetupData({ session, method: 'totp' }),
      () => on.auth.getChallengeData({ session, method: 'passkey' }),
    ]) {
      const refusal: unknown = await asked().catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'CHALLENGE_MAX_ATTEMPTS' });
      const { retryAfter, details } = refusal instanceof NAuthException ? refusal : {};
      expect(details).toEqual({ retryAfter });
      expect(retryAfter).toBeGreaterThan(1);
      expect(retryAfter).toBeLessThanOrEqual(60);
    }
  });

  it('give an answer back that could not be looked at', async () => {
    const { session } = await challenged();
    mail.failure = new Error('broken');
    for (let attempt = 0; attempt < 12; attempt += 1) await expect(answer(session, RIGHT)).rejects.toThrow();
    mail.failure = undefined;
    expect(await outcome(answer(session, RIGHT))).toBe('tokens');
  });

  it('count wrong answers of an account over all of its challenges, and right ones not', async () => {
    const { session } = await challenged();
    expect(await outcome(answer(session, 'wrong'))).toBe('VERIFY_CODE_INVALID');
    const outcomes: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { session: next = '' } = await on.auth.login(credentials);
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        outcomes.push(await outcome(answer(next, 'wrong')));
      }
    }
    expect(tally(outcomes)).toEqual({ VERIFY_CODE_INVALID: 9, CHALLENGE_MAX_ATTEMPTS: 3 });
    const { session: last = '' } = await on.auth.login(credentials);
    expect(await outcome(answer(last, RIGHT))).toBe('CHALLENGE_MAX_ATTEMPTS');
    on.now.offset = 3600_001;
    const { session: later = '' } = await on.auth.login(credentials);
    expect(await outcome(answer(later, RIGHT))).toBe('tokens');
  });

  it('answer alike whether unknown, malformed, expired, finished or begun by another kind of client', async () => {
    const { session } = await challenged();
    const { session: finished = '' } = await on.auth.login(credentials);
    expect(await outcome(answer(finished, RIGHT))).toBe('tokens');
    const refusals = [];
    for (const text of ['x', 'A'.repeat(43), "' OR 1=1 --", finished]) {
      refusals.push(await answer(text, RIGHT).catch((error: unknown) => error));
    }
    on.now.offset = QUARTER_OF_AN_HOUR;
    refusals.push(await answer(session, RIGHT).catch((error: unknown) => error));
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ code: 'CHALLENGE_INVALID', status: 400, details: undefined });
    }
  });

  it('are void when the account has changed meanwhile', async () => {
    const { session, sub } = await challenged();
    await on.sql(`UPDATE nauth_users SET security_version = security_version + 1 WHERE id = '${sub}'`);
    expect(await outcome(answer(session, RIGHT))).toBe('CHALLENGE_INVALID');
    const { session: next = '' } = await on.auth.login(credentials);
    await on.sql(
      `UPDATE nauth_users SET is_active = ${engine === 'postgres' ? 'false' : '0'} WHERE id = '${sub}'`,
    );
    expect(await outcome(answer(next, RIGHT))).toBe('CHALLENGE_INVALID');
    expect(await count('sessions')).toBe(0);
  });

  it('are void when the account changes between the look at the answer and its effect', async () => {
    const { session, sub } = await challenged();
    const look = mail.check.bind(mail);
    mail.check = async (inHand, given) => {
      const accepted = await look(inHand, given);
      await on.sql(`UPDATE nauth_users SET security_version = security_version + 1 WHERE id = '${sub}'`);
      return accepted;
    };
    expect(await outcome(answer(session, RIGHT))).toBe('CHALLENGE_INVALID');
    expect(await count('sessions')).toBe(0);
  });

  it('want the answer to the step that they are', async () => {
    const { session } = await challenged();
    expect(await outcome(answer(session, RIGHT, 'MFA_REQUIRED'))).toBe('CHALLENGE_TYPE_MISMATCH');
    expect(mail.checks).toBe(0);
    expect(await outcome(on.auth.getSetupData({ session, method: 'totp' }))).toBe('CHALLENGE_TYPE_MISMATCH');
    expect(await on.auth.resendCode({ session })).toEqual({ destination: 'a***@example.com' });
    expect(await outcome(answer(session, RIGHT))).toBe('tokens');
  });

  it('stay open in small numbers: the oldest ends', async () => {
    const { session } = await challenged();
    let newest = '';
    for (let round = 0; round < 10; round += 1) newest = (await on.auth.login(credentials)).session ?? '';
    expect(await outcome(answer(session, RIGHT))).toBe('CHALLENGE_INVALID');
    expect(await outcome(answer(newest, RIGHT))).toBe('tokens');
  });

  it('keep nothing in clear that continues a sign-in', async () => {
    const { session } = await challenged();
    const rows = await on.sql('SELECT * FROM nauth_challenge_sessions');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(session);
  });
});

describe('a challenge', () => {
  it('goes on only with the kind of client that began it', async () => {
    const database = await borrowTestDatabase('sqlite');
    const on = await setUp(database, { tokenDelivery: { method: 'hybrid' } });
    on.registry.register(new CodeResolver('VERIFY_EMAIL'));
    const context = on.module.get(ContextStorage);
    const from = (headers: Record<string, string>) => context.open({ headers });
    const browser = from({ 'sec-fetch-site': 'same-origin' });
    const { session = '' } = await context.run(browser, () => on.auth.signup(account));
    const answer = () => on.auth.respondToChallenge({ session, type: 'VERIFY_EMAIL', code: RIGHT });
    expect(await outcome(context.run(from({}), answer))).toBe('CHALLENGE_INVALID');
    expect(await outcome(context.run(browser, answer))).toBe('tokens');
    await on.module.close();
    await database.drop();
  });
});
