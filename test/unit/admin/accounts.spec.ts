import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AdminAuthService } from '../../../lib/admin';
import { borrowTestDatabase } from '../../support/database-pool';
import { PATIENCE_MS } from '../../support/patience';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { boot, outcome, PASSWORD, signUp, type Owner, type Toolkit } from '../passwords/support';

const TABLES = [
  'users',
  'password_credentials',
  'sessions',
  'devices',
  'one_time_codes',
  'challenge_sessions',
] as const;

describeEachEngine('accounts in the hands of an administrator', (engine) => {
  let database: TestDatabase;
  let on: Toolkit;
  let admin: AdminAuthService;
  let operator: Owner;
  let owner: Owner;

  beforeEach(async () => {
    database = await borrowTestDatabase(engine);
    on = await boot(database, {
      rateLimits: { passwordReset: { network: false }, login: { network: false } },
      session: { maxConcurrent: 0 },
    });
    admin = on.module.get(AdminAuthService);
    operator = await signUp(on);
    owner = await signUp(on);
  });
  afterEach(async () => {
    await on.module.close();
    await database.drop();
  });

  const asOperator = <T>(work: () => Promise<T>): Promise<T> => on.as(operator.accessToken, work);
  const login = () => on.auth.login({ identifier: owner.email, password: PASSWORD });
  const profile = () => on.as(owner.accessToken, () => on.auth.getUserSessions());
  const rows = async (table: string, where: string): Promise<number> =>
    Number((await on.sql(`SELECT COUNT(*) AS n FROM nauth_${table} WHERE ${where}`))[0]?.['n']);
  const mailOf = (template: string) =>
    vi.waitFor(() => {
      const mail = on.mails.find((message) => message.template === template && message.to === owner.email);
      if (!mail) throw new Error('no mail yet');
      return mail;
    }, PATIENCE_MS);

  it('are disabled with all that they have opened, and the owner is told', async () => {
    await login();
    await on.auth.forgotPassword({ identifier: owner.email });
    expect(await outcome(profile())).toBe('done');
    const disabled = await asOperator(() => admin.disableUser({ sub: owner.sub, reason: 'reported' }));
    expect([disabled.revokedSessions, disabled.user.sub, disabled.user.isActive]).toEqual([
      2,
      owner.sub,
      false,
    ]);
    expect(await outcome(profile())).toBe('AUTH_SESSION_NOT_FOUND');
    expect(await outcome(on.auth.refreshToken({ refreshToken: owner.refreshToken }))).toMatch(/^AUTH_/);
    expect(await outcome(login())).toBe('AUTH_INVALID_CREDENTIALS');
    expect(await rows('one_time_codes', `user_id = '${owner.sub}' AND used_at IS NULL`)).toBe(0);
    const [event] = await on.sql(
      `SELECT performed_by, reason FROM nauth_audit_events WHERE type = 'ACCOUNT_DISABLED'`,
    );
    expect([event?.['performed_by'], event?.['reason']]).toEqual([operator.sub, 'reported']);
    // Where the administrator sits is nothing for the owner.
    expect(JSON.stringify(await mailOf('accountDisabled'))).not.toContain('198.51.100.1');
    const again = await asOperator(() => admin.disableUser({ sub: owner.sub }));
    expect([again.revokedSessions, await rows('audit_events', `type = 'ACCOUNT_DISABLED'`)]).toEqual([0, 1]);
  });

  it('are not disabled or deleted by their own owner, unless nobody is signed in', async () => {
    const { sub } = operator;
    const works: (() => Promise<object>)[] = [
      () => admin.disableUser({ sub }),
      () => admin.deleteUser({ sub }),
    ];
    for (const work of works) {
      expect(await outcome(asOperator(work))).toBe('FORBIDDEN');
      expect(await rows('users', `id = '${sub}'`)).toBe(1);
      expect(await outcome(asOperator(() => on.auth.getUserSessions()))).toBe('done');
    }
    const refusals = `type IN ('ACCOUNT_DISABLED', 'ACCOUNT_DELETED') AND status = 'FAILURE'`;
    expect(await rows('audit_events', `${refusals} AND user_id = '${sub}'`)).toBe(2);
    expect((await admin.disableUser({ sub })).user.isActive).toBe(false);
    expect((await admin.deleteUser({ sub })).deletedUserId).toBe(sub);
  });

  it('are enabled again, without what they had before', async () => {
    await asOperator(() => admin.disableUser({ sub: owner.sub }));
    const { user } = await asOperator(() => admin.enableUser({ sub: owner.sub }));
    expect(user.isActive).toBe(true);
    expect(await outcome(profile())).toBe('AUTH_SESSION_NOT_FOUND');
    expect(await outcome(login())).toBe('done');
    expect((await mailOf('accountEnabled')).to).toBe(owner.email);
    await asOperator(() => admin.enableUser({ sub: owner.sub }));
    expect(await rows('audit_events', `type = 'ACCOUNT_ENABLED'`)).toBe(1);
  });

  it('leave nothing behind but the trail when they are deleted, and their address is free', async () => {
    await login();
    await on.auth.forgotPassword({ identifier: owner.email });
    // The instance believes in the session from now on.
    expect(await outcome(profile())).toBe('done');
    const { deletedUserId, deletedRecords } = await asOperator(() => admin.deleteUser({ sub: owner.sub }));
    expect([deletedUserId, deletedRecords]).toEqual([
      owner.sub,
      { sessions: 2, verificationTokens: 1, mfaDevices: 0, trustedDevices: 0, challengeSessions: 0 },
    ]);
    for (const table of TABLES) {
      const key = table === 'users' ? 'id' : 'user_id';
      expect([table, await rows(table, `${key} = '${owner.sub}'`)]).toEqual([table, 0]);
    }
    expect(await rows('audit_events', `type = 'ACCOUNT_DELETED' AND user_id = '${owner.sub}'`)).toBe(1);
    expect(await outcome(profile())).toBe('AUTH_SESSION_NOT_FOUND');
    expect(await outcome(on.auth.refreshToken({ refreshToken: owner.refreshToken }))).toMatch(/^AUTH_/);
    expect(await outcome(login())).toBe('AUTH_INVALID_CREDENTIALS');
    expect(await outcome(on.auth.signup({ email: owner.email, password: PASSWORD }))).toBe('done');
    expect(await outcome(on.as(operator.accessToken, () => on.auth.getUserSessions()))).toBe('done');
  });

  it.each(['disableUser', 'deleteUser'] as const)(
    '%s leaves no login through that runs beside it',
    async (method) => {
      const logins = Array.from({ length: 8 }, () => login().catch(() => undefined));
      const [, ...answers] = await Promise.all([
        asOperator<object>(() => admin[method]({ sub: owner.sub })),
        ...logins,
      ]);
      for (const answer of answers) {
        if (answer?.refreshToken === undefined) continue;
        const { refreshToken } = answer;
        expect(await outcome(on.auth.refreshToken({ refreshToken }))).toMatch(/^AUTH_/);
      }
      expect(await rows('sessions', `user_id = '${owner.sub}' AND revoked_at IS NULL`)).toBe(0);
    },
  );

  it('are those that there are: others are not found', async () => {
    for (const method of ['disableUser', 'enableUser', 'deleteUser'] as const) {
      expect(await outcome(admin[method]({ sub: randomUUID() }))).toBe('RESOURCE_NOT_FOUND');
      expect(await outcome(admin[method]({ sub: owner.sub, other: 1 }))).toBe('VALIDATION_FAILED');
    }
  });
});
