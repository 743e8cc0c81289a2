import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuthAuditService } from '../../../lib/audit';
import type { PasswordChangePayload } from '../../../lib/hooks';
import { PasswordChanger } from '../../../lib/password';
import { OneTimeCodes, type CodePurpose } from '../../../lib/verification';
import { borrowTestDatabase } from '../../support/database-pool';
import { PATIENCE_MS } from '../../support/patience';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { boot, NEW, outcome, PASSWORD, signUp, type Owner, type Toolkit } from './support';

const HOUR_MS = 3600_000;
const purposes: CodePurpose[] = ['password-reset', 'admin-password-reset', 'change-email', 'verify-phone'];

describeEachEngine('change of the password', (engine) => {
  let database: TestDatabase;
  let on: Toolkit;
  const asked: string[] = [];
  let whenAsked: (payload: PasswordChangePayload) => unknown = () => undefined;

  beforeEach(async () => {
    asked.length = 0;
    whenAsked = () => undefined;
    database = await borrowTestDatabase(engine);
    on = await boot(database, {
      session: { maxConcurrent: 0 },
      hooks: {
        beforePasswordChange: (event) => {
          asked.push(`before ${event.cause}`);
          return whenAsked(event);
        },
        afterPasswordChange: ({ cause, user }) =>
          void asked.push(`after ${cause} ${user.email} ${user.hasPasswordHash}`),
      },
    });
  });
  afterEach(async () => {
    await on.module.close();
    await database.drop();
  });

  const change = ({ accessToken }: Owner, oldPassword = PASSWORD, newPassword = NEW) =>
    on.as(accessToken, () => on.auth.changePassword({ oldPassword, newPassword }));
  const login = ({ email }: Owner, password: string) =>
    outcome(on.auth.login({ identifier: email, password }));
  const count = async (from: string): Promise<number> =>
    Number((await on.sql(`SELECT COUNT(*) AS n FROM nauth_${from}`))[0]?.['n']);
  const live = ({ sub }: Owner) => count(`sessions WHERE revoked_at IS NULL AND user_id = '${sub}'`);

  /** A second session, a trusted device and codes on their way. */
  async function surroundings({ email, sub }: Owner): Promise<{ refreshToken: string; codes: string[] }> {
    const session = await on.as(undefined, () => on.auth.login({ identifier: email, password: PASSWORD }));
    await on.sql(`UPDATE nauth_devices SET trusted_until = '2099-01-01 00:00:00' WHERE user_id = '${sub}'`);
    const codes: string[] = [];
    for (const purpose of purposes) {
      const issued = await on.module.get(OneTimeCodes).issue({
        ...{ purpose, subject: sub, userId: sub, target: email, codeLength: 6, maxAttempts: 3 },
        ...{ expiresInMs: HOUR_MS, resendDelayMs: 0, renewal: 'new-life' },
      });
      codes.push(issued?.code ?? '');
    }
    return { refreshToken: String(session.refreshToken), codes };
  }

  const checked = ({ sub }: Owner, codes: string[]) =>
    Promise.all(
      purposes.map(async (purpose, index) => {
        const result = await on.module.get(OneTimeCodes).check(purpose, sub, codes[index] ?? '');
        return typeof result === 'string' ? result : 'right';
      }),
    );
  const trusted = ({ sub }: Owner) => count(`devices WHERE user_id = '${sub}' AND trusted_until IS NOT NULL`);

  it('ends other sessions, trust in devices and codes, and tells hooks, audit and owner (R088, R121)', async () => {
    const [owner, bystander] = [await signUp(on), await signUp(on)];
    const [mine, theirs] = [await surroundings(owner), await surroundings(bystander)];
    expect(await trusted(owner)).toBe(1);
    const answer = await change(owner);
    expect(answer).toEqual({
      success: true,
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      accessTokenExpiresAt: expect.any(Number),
      refreshTokenExpiresAt: expect.any(Number),
    });
    for (const refreshToken of [owner.refreshToken, mine.refreshToken]) {
      expect(await outcome(on.auth.refreshToken({ refreshToken }))).toBe('AUTH_SESSION_NOT_FOUND');
    }
    expect(await outcome(on.auth.refreshToken({ refreshToken: answer.refreshToken }))).toBe('done');
    expect([await live(owner), await trusted(owner)]).toEqual([1, 0]);
    expect(await checked(owner, mine.codes)).toEqual(purposes.map(() => 'invalid'));
    expect(await login(owner, PASSWORD)).toBe('AUTH_INVALID_CREDENTIALS');
    expect(await login(owner, NEW)).toBe('done');
    // Nobody else is concerned.
    expect([await live(bystander), await trusted(bystander)]).toEqual([2, 1]);
    expect(await checked(bystander, theirs.codes)).toEqual(purposes.map(() => 'right'));

    expect(asked).toEqual(['before change', `after change ${owner.email} true`]);
    const events = await on.sql(
      `SELECT status, reason FROM nauth_audit_events WHERE type = 'PASSWORD_CHANGED' AND user_id = '${owner.sub}'`,
    );
    expect(events).toEqual([{ status: 'SUCCESS', reason: null }]);
    const told = () => on.mails.filter(({ template }) => template === 'passwordChanged').map(({ to }) => to);
    await vi.waitFor(() => expect(told()).toEqual([owner.email]), PATIENCE_MS);
    expect(JSON.stringify(on.mails)).not.toContain(NEW);
  });

  it('is one unit: what fails at its end leaves nothing changed (R159)', async () => {
    const owner = await signUp(on);
    const { refreshToken, codes } = await surroundings(owner);
    const failing = vi.spyOn(on.module.get(AuthAuditService), 'record').mockImplementation((type) => {
      return type === 'PASSWORD_CHANGED' ? Promise.reject(new Error('no room')) : Promise.resolve();
    });
    await expect(change(owner)).rejects.toThrow();
    failing.mockRestore();
    expect([await live(owner), await trusted(owner)]).toEqual([2, 1]);
    expect(await checked(owner, codes)).toEqual(purposes.map(() => 'right'));
    for (const token of [owner.refreshToken, refreshToken]) {
      expect(await outcome(on.auth.refreshToken({ refreshToken: token }))).toBe('done');
    }
    expect([await login(owner, NEW), await login(owner, PASSWORD)]).toEqual([
      'AUTH_INVALID_CREDENTIALS',
      'done',
    ]);
  });

  it('does not bring a session back that ended meanwhile', async () => {
    const owner = await signUp(on);
    whenAsked = () => on.auth.logout();
    expect(await outcome(change(owner))).toBe('AUTH_SESSION_NOT_FOUND');
    expect([await live(owner), await login(owner, PASSWORD)]).toEqual([0, 'done']);
  });

  it('does not change an account that changed meanwhile', async () => {
    const owner = await signUp(on);
    whenAsked = () =>
      on.sql(`UPDATE nauth_users SET security_version = security_version + 1 WHERE id = '${owner.sub}'`);
    expect(await outcome(change(owner))).toBe('AUTH_SESSION_NOT_FOUND');
    expect([await live(owner), await login(owner, PASSWORD)]).toEqual([1, 'done']);
  });

  it('is made once of many at the same time', async () => {
    const owner = await signUp(on);
    const tries = Array.from({ length: 10 }, (_, index) => `${NEW} ${index}`);
    const outcomes = await Promise.all(tries.map((password) => outcome(change(owner, PASSWORD, password))));
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
    const [made = '', ...others] = tries.toSorted(
      (a, b) => Number(outcomes[tries.indexOf(b)] === 'done') - Number(outcomes[tries.indexOf(a)] === 'done'),
    );
    expect(await login(owner, made)).toBe('done');
    // Few enough not to lock the account.
    for (const other of others.slice(0, 3)) expect(await login(owner, other)).not.toBe('done');
  });

  it('obeys a hook that refuses', async () => {
    const owner = await signUp(on);
    whenAsked = () => {
      throw new Error('broken');
    };
    expect(await outcome(change(owner))).toBe('SERVICE_UNAVAILABLE');
    expect([await live(owner), await login(owner, PASSWORD)]).toEqual([1, 'done']);
  });

  it('is not for an account without a password, and costs it no hash', async () => {
    const owner = await signUp(on);
    await on.sql(`DELETE FROM nauth_password_credentials WHERE user_id = '${owner.sub}'`);
    expect(await outcome(change(owner))).toBe('PASSWORD_CHANGE_NOT_ALLOWED');
  });

  it('writes a wrong password into the trail, and what the policy refuses', async () => {
    const owner = await signUp(on);
    expect(await outcome(change(owner, 'wrong'))).toBe('PASSWORD_INCORRECT');
    expect(await outcome(change(owner, PASSWORD, '1234567'))).toBe('VALIDATION_INVALID_PASSWORD');
    const events = await on.sql(
      `SELECT status, reason FROM nauth_audit_events WHERE type = 'PASSWORD_CHANGED' ORDER BY id`,
    );
    expect(events).toEqual([
      { status: 'FAILURE', reason: 'wrong_password' },
      { status: 'FAILURE', reason: 'validation_invalid_password' },
    ]);
  });

  describe('demanded at sign-in', () => {
    async function demanded(owner: Owner): Promise<string> {
      await on.module.get(PasswordChanger).requireChange(owner.sub);
      const step = await on.auth.login({ identifier: owner.email, password: PASSWORD });
      expect(step.challengeName).toBe('FORCE_CHANGE_PASSWORD');
      return String(step.session);
    }
    const answer = (session: string, newPassword = NEW) =>
      on.auth.respondToChallenge({ session, type: 'FORCE_CHANGE_PASSWORD', newPassword });

    it('ends other sessions, trust and codes, and is done once', async () => {
      const owner = await signUp(on);
      const { refreshToken, codes } = await surroundings(owner);
      const session = await demanded(owner);
      expect(await outcome(answer(session, PASSWORD))).toBe('PASSWORD_REUSED');
      const { user, accessToken } = await answer(session);
      expect([user?.sub, typeof accessToken]).toEqual([owner.sub, 'string']);
      expect(await outcome(on.auth.refreshToken({ refreshToken }))).toBe('AUTH_SESSION_NOT_FOUND');
      expect([await live(owner), await trusted(owner)]).toEqual([1, 0]);
      expect(await checked(owner, codes)).toEqual(purposes.map(() => 'invalid'));
      expect(await login(owner, PASSWORD)).toBe('AUTH_INVALID_CREDENTIALS');
      expect((await on.auth.login({ identifier: owner.email, password: NEW })).challengeName).toBeUndefined();
      expect(asked).toEqual(['before forced', `after forced ${owner.email} true`]);
      expect(await count("audit_events WHERE type = 'PASSWORD_FORCE_CHANGE_COMPLETED'")).toBe(1);
    });

    it('is settled by one of many answers at once', async () => {
      const owner = await signUp(on);
      const session = await demanded(owner);
      const outcomes = await Promise.all(
        Array.from({ length: 3 }, (_, index) => outcome(answer(session, `${NEW} ${index}`))),
      );
      expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
      expect(await live(owner)).toBe(1);
    });

    it('is void when the account changed since', async () => {
      const owner = await signUp(on);
      const session = await demanded(owner);
      whenAsked = () =>
        on.sql(`UPDATE nauth_users SET security_version = security_version + 1 WHERE id = '${owner.sub}'`);
      expect(await outcome(answer(session))).toBe('CHALLENGE_INVALID');
      expect(await live(owner)).toBe(1);
    });
  });
});

describe('SessionReplacer', () => {
  it('serves those who have just proved who they are once more: no session is opened around the gate', () => {
    const lib = join(__dirname, '..', '..', '..', 'lib');
    const users = readdirSync(lib, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .filter((path) => readFileSync(join(lib, path), 'utf8').includes('SessionReplacer'))
      .sort();
    expect(users).toEqual([
      'auth/use-cases/change-password.use-case.ts',
      'auth/use-cases/step-up.use-case.ts',
      'core.providers.ts',
      'sessions/session-replacer.service.ts',
    ]);
  });
});
