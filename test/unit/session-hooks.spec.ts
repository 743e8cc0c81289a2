import { afterEach, beforeEach, expect, it } from 'vitest';
import { AdminAuthService } from '../../lib/admin';
import { NAuthException } from '../../lib/errors';
import { borrowTestDatabase } from '../support/database-pool';
import { describeEngine, type TestDatabase } from '../support/services';
import { secrets } from './nest/support';
import { boot, NEW, outcome, PASSWORD, signUp, type Owner, type Toolkit } from './passwords/support';

/** What the hooks around the end of sessions heard, in order. */
type Heard = [hook: string, event: Record<string, unknown>];

describeEngine('sqlite', 'hooks around the end of sessions', () => {
  let database: TestDatabase;
  let on: Toolkit;
  let owner: Owner;
  let ownId: string;
  let heard: Heard[];
  let refuses: boolean;

  beforeEach(async () => {
    heard = [];
    refuses = false;
    const ask = (hook: string) => (event: object) => {
      heard.push([hook, without(event)]);
      if (refuses) throw new NAuthException('FORBIDDEN');
    };
    const tell = (hook: string) => (event: object) => void heard.push([hook, without(event)]);
    database = await borrowTestDatabase('sqlite');
    on = await boot(database, {
      jwt: {
        accessToken: { secret: secrets.access },
        refreshToken: { secret: secrets.refresh, graceSeconds: 0 },
      },
      session: { maxConcurrent: 2 },
      hooks: {
        beforeLogout: ask('beforeLogout'),
        afterLogout: tell('afterLogout'),
        beforeSessionRevoke: ask('beforeSessionRevoke'),
        afterSessionRevoke: tell('afterSessionRevoke'),
      },
    });
    owner = await signUp(on);
    [ownId = ''] = await liveIds(owner);
  });
  afterEach(async () => {
    await on.module.close();
    await database.drop();
  });

  const asOwner = <T>(work: () => Promise<T>): Promise<T> => on.as(owner.accessToken, work);
  const login = () => on.auth.login({ identifier: owner.email, password: PASSWORD });
  const end = (sessionId: string) => outcome(asOwner(() => on.auth.logoutSession({ sessionId })));

  async function liveIds({ sub }: Owner): Promise<string[]> {
    const rows = await on.sql(
      `SELECT id FROM nauth_sessions WHERE revoked_at IS NULL AND user_id = '${sub}' ORDER BY id`,
    );
    return rows.map(({ id }) => String(id));
  }

  async function loginElsewhere(): Promise<string> {
    await login();
    return (await liveIds(owner)).find((id) => id !== ownId) ?? '';
  }

  it('are asked and told of a session that is ended by its id, and not of a logout', async () => {
    const sessionId = await loginElsewhere();
    expect(await end(sessionId)).toBe('done');
    const userId = owner.sub;
    expect(heard).toEqual([
      ['beforeSessionRevoke', { userId, sessionId }],
      ['afterSessionRevoke', { userId, sessionIds: [sessionId], reason: 'revoked_by_user' }],
    ]);
  });

  it('keep it alive when they refuse, which the trail tells', async () => {
    const sessionId = await loginElsewhere();
    refuses = true;
    expect(await end(sessionId)).toBe('FORBIDDEN');
    expect(heard).toEqual([['beforeSessionRevoke', { userId: owner.sub, sessionId }]]);
    expect(await liveIds(owner)).toEqual([ownId, sessionId].toSorted());
    expect(
      await on.sql(
        "SELECT reason, user_id FROM nauth_audit_events WHERE type = 'AUTHORIZATION_DENIED' AND status = 'FAILURE'",
      ),
    ).toEqual([{ reason: 'refused_by_hook', user_id: owner.sub }]);
  });

  it('are asked alike about the session of the request, when it is named by its id', async () => {
    expect(await end(ownId)).toBe('done');
    expect(heard.map(([hook]) => hook)).toEqual(['beforeSessionRevoke', 'afterSessionRevoke']);
    expect(await liveIds(owner)).toEqual([]);
  });

  it('are not asked about sessions of others, made-up ones and those that have ended (R068)', async () => {
    const stranger = await signUp(on);
    const [foreign = ''] = await liveIds(stranger);
    const gone = await loginElsewhere();
    expect(await end(gone)).toBe('done');
    heard = [];
    refuses = true;
    for (const id of [foreign, gone, 'made-up']) expect(await end(id)).toBe('RESOURCE_NOT_FOUND');
    expect(heard).toEqual([]);
    expect(await liveIds(stranger)).toEqual([foreign]);
  });

  it('are asked and told of a logout as such', async () => {
    const [userId, sessionId] = [owner.sub, ownId];
    await asOwner(() => on.auth.logout());
    expect(heard).toEqual([
      ['beforeLogout', { userId, scope: 'session', sessionId }],
      ['afterSessionRevoke', { userId, sessionIds: [sessionId], reason: 'logout' }],
      ['afterLogout', { userId, scope: 'session', sessionId, revokedCount: 1 }],
    ]);
  });

  it('are asked and told of a logout of all as such', async () => {
    const [userId, sessionId, other] = [owner.sub, ownId, await loginElsewhere()];
    await asOwner(() => on.auth.logoutAll());
    expect(heard).toEqual([
      ['beforeLogout', { userId, scope: 'all', sessionId }],
      ['afterSessionRevoke', { userId, sessionIds: expect.any(Array), reason: 'logout_all' }],
      ['afterLogout', { userId, scope: 'all', sessionId, revokedCount: 2 }],
    ]);
    expect([heard[1]?.[1]['sessionIds']].flat().toSorted()).toEqual([sessionId, other].toSorted());
  });

  const admin = (): AdminAuthService => on.module.get(AdminAuthService);
  const ends: [name: string, reasons: string[], act: () => Promise<unknown>][] = [
    [
      'a reused refresh token',
      ['refresh_reuse'],
      async () => {
        const { refreshToken } = owner;
        await on.as(undefined, () => on.auth.refreshToken({ refreshToken }));
        // Later than the rotation, by the clock of the database, by more than the grace of none.
        await expect
          .poll(() => outcome(on.as(undefined, () => on.auth.refreshToken({ refreshToken }))))
          .toBe('AUTH_TOKEN_REUSE_DETECTED');
      },
    ],
    [
      'another password',
      // The session of the request goes on under another id.
      ['replaced', 'password_changed'],
      async () => {
        await loginElsewhere();
        await asOwner(() => on.auth.changePassword({ oldPassword: PASSWORD, newPassword: NEW }));
      },
    ],
    [
      'a password set by an administrator',
      ['password_changed'],
      () => admin().setPassword({ sub: owner.sub, newPassword: NEW }),
    ],
    ['a disabled account', ['account_disabled'], () => admin().disableUser({ sub: owner.sub })],
    ['a deleted account', ['account_deleted'], () => admin().deleteUser({ sub: owner.sub })],
    ['a login over the limit', ['session_limit'], () => login().then(login)],
  ];

  it.each(ends)('are not asked about an end that nobody may veto: %s', async (_name, reasons, act) => {
    refuses = true;
    await act();
    const told = reasons.map((reason) => ['afterSessionRevoke', reason]);
    expect(heard.map(([hook, event]) => [hook, event['reason']])).toEqual(told);
  });
});

/** The event without the client, which is another matter. */
function without({ client: _client, ...event }: { client?: unknown }): Record<string, unknown> {
  return event;
}
