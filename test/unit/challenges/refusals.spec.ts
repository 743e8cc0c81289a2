import { afterEach, beforeEach, expect, it } from 'vitest';
import { AuthAuditService } from '../../../lib/audit';
import { CHALLENGE_ATTEMPTS, type ChallengeAttempts } from '../../../lib/challenges';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { account } from '../nest/support';
import { CodeResolver, outcome, RIGHT, setUp, tally, type Setup } from './support';

const HOUR = 3600_000;
/** Answers to one challenge, and wrong ones of an account in an hour. */
const OF_CHALLENGE = 3;
const OF_ACCOUNT = 10;

describeEachEngine('refusals of the limits on answers, in the audit trail (R030, R126)', (engine) => {
  let database: TestDatabase;
  let on: Setup;

  beforeEach(async () => {
    database = await borrowTestDatabase(engine, 10);
    on = await setUp(database);
    on.registry.register(new CodeResolver('VERIFY_EMAIL'));
  });

  afterEach(async () => {
    await on.module.close();
    await database.drop();
  });

  const answer = (session: string, code = 'wrong') =>
    on.auth.respondToChallenge({ session, type: 'VERIFY_EMAIL', code });

  async function login(): Promise<string> {
    const { email: identifier, password } = account;
    return (await on.auth.login({ identifier, password })).session ?? '';
  }

  async function signup(): Promise<{ session: string; sub: unknown }> {
    const { session = '' } = await on.auth.signup(account);
    const [row] = await on.sql('SELECT id FROM nauth_users');
    return { session, sub: row?.['id'] };
  }

  const rows = (reason: string) =>
    on.sql(`SELECT * FROM nauth_audit_events WHERE reason = '${reason}' ORDER BY id`);

  it('have the first one of an hour of an account, as suspicious', async () => {
    const { sub } = await signup();
    const attempts = on.module.get<ChallengeAttempts>(CHALLENGE_ATTEMPTS);
    const spend = async () => {
      for (let count = 1; count < OF_ACCOUNT; count += 1) await attempts.count(String(sub), String(sub));
      expect(await outcome(answer(await login()))).toBe('VERIFY_CODE_INVALID');
    };
    const refused = async () => {
      const session = await login();
      for (const code of ['wrong', RIGHT]) {
        expect(await outcome(answer(session, code))).toBe('CHALLENGE_MAX_ATTEMPTS');
      }
    };
    await spend();
    expect(await rows('challenge_account_limit')).toEqual([]);
    await refused();
    await refused();
    const first = { type: 'SUSPICIOUS_ACTIVITY', status: 'SUSPICIOUS', user_id: sub };
    expect(await rows('challenge_account_limit')).toMatchObject([first]);
    const { data } = await on.module.get(AuthAuditService).getSuspiciousActivity({ userId: String(sub) });
    expect(data).toMatchObject([{ reason: 'challenge_account_limit', details: { max: OF_ACCOUNT } }]);
    on.now.offset = HOUR + 1;
    await spend();
    await refused();
    expect(await rows('challenge_account_limit')).toMatchObject([first, first]);
  });

  it('have that of a decoy likewise, about nobody', async () => {
    const attempts = on.module.get<ChallengeAttempts>(CHALLENGE_ATTEMPTS);
    for (let count = 0; count < OF_ACCOUNT; count += 1) await attempts.count('decoy:x', null);
    for (let count = 0; count < 3; count += 1) {
      const refusal = { code: 'CHALLENGE_MAX_ATTEMPTS', retryAfter: expect.any(Number) };
      await expect(attempts.count('decoy:x', null)).rejects.toMatchObject(refusal);
    }
    expect(await rows('challenge_account_limit')).toMatchObject([{ status: 'SUSPICIOUS', user_id: null }]);
  });

  it('have that of a challenge without answers left, once for all that is asked of it', async () => {
    const { session, sub } = await signup();
    for (let count = 0; count < OF_CHALLENGE; count += 1) await outcome(answer(session));
    expect(await rows('challenge_max_attempts')).toEqual([]);
    for (const asked of [
      () => answer(session, RIGHT),
      () => on.auth.resendCode({ session }),
      () => on.auth.getSetupData({ session, method: 'totp' }),
      () => on.auth.getChallengeData({ session, method: 'passkey' }),
    ]) {
      expect(await outcome(asked())).toBe('CHALLENGE_MAX_ATTEMPTS');
    }
    const row = { type: 'CHALLENGE_ATTEMPT_FAILED', status: 'FAILURE', user_id: sub };
    expect(await rows('challenge_max_attempts')).toMatchObject([row]);
    const next = await login();
    for (let count = 0; count <= OF_CHALLENGE; count += 1) await outcome(answer(next));
    expect(await rows('challenge_max_attempts')).toMatchObject([row, row]);
  });

  it('have it once also where the answers come at once', async () => {
    const { session } = await signup();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome(answer(session))));
    expect(tally(outcomes)).toEqual({
      VERIFY_CODE_INVALID: OF_CHALLENGE,
      CHALLENGE_MAX_ATTEMPTS: 20 - OF_CHALLENGE,
    });
    expect(await rows('challenge_max_attempts')).toHaveLength(1);
  });
});
