import 'reflect-metadata';
import { NAuthException, type AuthResponseDTO, type NAuthCore } from '@nauth-toolkit/nestjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { boot, connect, freshEmail, PASSWORD, request, rowsOf, type Row } from './support';

async function code(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'passed';
  } catch (error) {
    return error instanceof NAuthException ? error.code : String(error);
  }
}

/** Of an access token with one character changed. */
function forged(token: string): string {
  const [head, body, signature = ''] = token.split('.');
  return [head, body, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.');
}

/** What is recorded without anybody waiting takes its time on a busy machine. */
const PATIENCE = { timeout: 15_000 };

describeEachEngine('events', (engine) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let core: NAuthCore;

  beforeAll(async () => {
    database = await borrowTestDatabase(engine);
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    core = await boot(database, {
      session: { maxConcurrent: 2 },
      jwt: {
        accessToken: { secret: 'k7Qw2Zr9Xv4Tn8Ls3Mb6Yc1Hd5Gf0JpAeRuOiWt' },
        refreshToken: { secret: 'p3Nf8Vx1Lq6Sz0Kd5Ub9Yh2Cw7Mj4Te-GaRoXiB', graceSeconds: 0 },
      },
    });
    dataSource = await connect(database);
    await dataSource.query('DELETE FROM nauth_audit_events');
    await dataSource.query('DELETE FROM nauth_audit_chains');
  });

  const signup = async (email: string): Promise<Required<AuthResponseDTO>> =>
    (await request(core, () =>
      core.authService.signup({ email, password: PASSWORD }),
    )) as Required<AuthResponseDTO>;
  const login = (email: string, password = PASSWORD) =>
    request(core, () => core.authService.login({ identifier: email, password }));
  const as = <T>(token: string, work: () => Promise<T>) =>
    request(core, work, { authorization: `Bearer ${token}` });
  const seen = async (fields: readonly string[] = ['type', 'status', 'reason']): Promise<unknown[][]> =>
    (await rowsOf(dataSource)).map((row) => fields.map((field) => row[field]));

  it('tell the life of an account, each once and in order', async () => {
    const email = freshEmail();
    const { user, accessToken, refreshToken } = await signup(email);
    await login(email);
    await as(accessToken, () => core.authService.updateProfile({ firstName: 'Ada' }));
    const renewed = await request(core, () => core.authService.refreshToken({ refreshToken }));
    await as(String(renewed.accessToken), () => core.authService.logout());
    const { accessToken: second } = await login(email);
    const { sessions } = await as(String(second), () => core.authService.getUserSessions());
    const other = sessions.find(({ isCurrent }) => !isCurrent);
    await as(String(second), () => core.authService.logoutSession({ sessionId: String(other?.sessionId) }));
    await as(String(second), () => core.authService.logoutAll());
    expect(await seen(['type', 'status', 'reason'])).toEqual([
      ['ACCOUNT_CREATED', 'SUCCESS', null],
      ['SESSION_CREATED', 'SUCCESS', null],
      ['SESSION_CREATED', 'SUCCESS', null],
      ['LOGIN_SUCCESS', 'SUCCESS', null],
      ['PROFILE_UPDATED', 'SUCCESS', null],
      ['TOKEN_REFRESHED', 'SUCCESS', null],
      ['SESSION_REVOKED', 'SUCCESS', 'logout'],
      ['SESSION_CREATED', 'SUCCESS', null],
      ['LOGIN_SUCCESS', 'SUCCESS', null],
      ['SESSION_REVOKED', 'SUCCESS', 'revoked_by_user'],
      ['GLOBAL_SIGNOUT', 'SUCCESS', null],
    ]);
    const rows = await rowsOf(dataSource);
    expect(new Set(rows.map((row) => row.user_id))).toEqual(new Set([user.sub]));
    expect(new Set(rows.map((row) => row.ip_address))).toEqual(new Set(['192.0.2.77']));
    expect(rows.filter((row) => row.request_id === null)).toEqual([]);
    const [created, profile, all] = [rows[1], rows[4], rows[10]];
    expect([created?.auth_method, created?.session_id]).toEqual(['password', expect.any(String)]);
    expect(JSON.parse(String(profile?.details))).toEqual({ fields: ['firstName'] });
    expect(JSON.parse(String(all?.details))).toEqual({ sessions: 1 });
  });

  it('tell of sessions that a limit ended', async () => {
    const email = freshEmail();
    await signup(email);
    for (let count = 0; count < 2; count += 1) await login(email);
    const ended = (await rowsOf(dataSource)).filter(({ reason }) => reason === 'session_limit');
    expect(ended.map(({ type, details }) => [type, JSON.parse(String(details))])).toEqual([
      ['SESSION_REVOKED', { sessions: 1 }],
    ]);
  });

  it('tell of every refusal, each once, and of whom it was where that is known', async () => {
    const email = freshEmail();
    const { user, accessToken, refreshToken } = await signup(email);
    const stranger = await signup(freshEmail());
    await dataSource.query('DELETE FROM nauth_audit_events');
    const own = { user_id: user.sub };
    const cases: [work: () => Promise<unknown>, code: string, row: Partial<Row>][] = [
      [
        () => login(email, 'wrong'),
        'AUTH_INVALID_CREDENTIALS',
        { type: 'LOGIN_FAILED', reason: 'wrong_password', auth_method: 'password', ...own },
      ],
      [
        () => login(freshEmail()),
        'AUTH_INVALID_CREDENTIALS',
        { type: 'LOGIN_FAILED', reason: 'unknown_identifier', user_id: null },
      ],
      [
        () => request(core, () => core.authService.login({ identifier: 5 })),
        'VALIDATION_FAILED',
        { type: 'LOGIN_FAILED', reason: 'validation_failed', user_id: null },
      ],
      [
        () => signup(email),
        'SIGNUP_EMAIL_EXISTS',
        { type: 'ACCOUNT_CREATED', reason: 'signup_email_exists', user_id: null },
      ],
      [
        () => request(core, () => core.authService.signup({ email: freshEmail(), password: 'short' })),
        'SIGNUP_WEAK_PASSWORD',
        { type: 'ACCOUNT_CREATED', reason: 'signup_weak_password', user_id: null },
      ],
      [
        () => request(core, () => core.authService.refreshToken({ refreshToken: 'x' })),
        'AUTH_TOKEN_INVALID',
        { type: 'TOKEN_REFRESHED', reason: 'auth_token_invalid', user_id: null },
      ],
      [
        () => as(accessToken, () => core.authService.updateProfile({ email: 'x' })),
        'VALIDATION_FAILED',
        { type: 'PROFILE_UPDATED', reason: 'validation_failed', ...own },
      ],
      [
        async () => {
          const { sessions } = await as(stranger.accessToken, () => core.authService.getUserSessions());
          const sessionId = String(sessions[0]?.sessionId);
          return as(accessToken, () => core.authService.logoutSession({ sessionId }));
        },
        'RESOURCE_NOT_FOUND',
        { type: 'SESSION_REVOKED', reason: 'resource_not_found', ...own },
      ],
      [
        () => as(forged(accessToken), () => core.authService.logout()),
        'AUTH_TOKEN_INVALID',
        { type: 'SUSPICIOUS_ACTIVITY', status: 'SUSPICIOUS', reason: 'auth_token_invalid', user_id: null },
      ],
      [
        async () => {
          await request(core, () => core.authService.refreshToken({ refreshToken }));
          await dataSource.query(
            "DELETE FROM nauth_audit_events WHERE type = 'TOKEN_REFRESHED' AND status = 'SUCCESS'",
          );
          await new Promise((resolve) => setTimeout(resolve, 5));
          return request(core, () => core.authService.refreshToken({ refreshToken }));
        },
        'AUTH_TOKEN_REUSE_DETECTED',
        { type: 'REFRESH_REUSE', status: 'SUSPICIOUS', reason: 'spent_refresh_token', ...own },
      ],
      [
        () => request(core, () => core.authService.refreshToken({ refreshToken })),
        'AUTH_SESSION_NOT_FOUND',
        { type: 'TOKEN_REFRESHED', reason: 'auth_session_not_found', ...own },
      ],
      [
        () => as(accessToken, () => core.authService.logoutAll()),
        'AUTH_SESSION_NOT_FOUND',
        { type: 'AUTHORIZATION_DENIED', reason: 'auth_session_not_found', user_id: null },
      ],
    ];
    const expected: Partial<Row>[] = [];
    for (const [work, expectedCode, row] of cases) {
      expect(await code(work())).toBe(expectedCode);
      expected.push({ status: 'FAILURE', ...row });
      await expect.poll(async () => (await rowsOf(dataSource)).length, PATIENCE).toBe(expected.length);
    }
    expect(await rowsOf(dataSource)).toEqual(expected.map((row) => expect.objectContaining(row)));
  });

  it('do not come of a missing or expired access token', async () => {
    const { accessToken } = await signup(freshEmail());
    await dataSource.query('DELETE FROM nauth_audit_events');
    expect(await code(request(core, () => core.authService.logout()))).toBe('AUTH_TOKEN_MISSING');
    expect(await code(request(core, () => core.authService.refreshToken({})))).toBe('AUTH_TOKEN_MISSING');
    const late = await boot(database, { clock: { now: () => Date.now() + 3600_000 } });
    const refused = request(late, () => late.authService.logout(), {
      authorization: `Bearer ${accessToken}`,
    });
    expect(await code(refused)).toBe('AUTH_TOKEN_EXPIRED');
    expect(await seen()).toEqual([]);
  });

  it('come of garbage once a minute, with the number of those held back', async () => {
    for (let count = 0; count < 20; count += 1) {
      await code(request(core, () => core.authService.refreshToken({ refreshToken: `x${count}` })));
      await code(as('a.b.c', () => core.authService.logout()));
    }
    await expect.poll(seen, PATIENCE).toEqual(
      expect.arrayContaining([
        ['TOKEN_REFRESHED', 'FAILURE', 'auth_token_invalid'],
        ['SUSPICIOUS_ACTIVITY', 'SUSPICIOUS', 'auth_token_invalid'],
      ]),
    );
    expect(await seen()).toHaveLength(2);
  });

  it('are undone with the change that they tell of, and stay when they tell of a refusal', async () => {
    const email = freshEmail();
    await signup(email);
    await dataSource.query('DELETE FROM nauth_audit_events');
    await code(signup(email));
    expect(await seen()).toEqual([['ACCOUNT_CREATED', 'FAILURE', 'signup_email_exists']]);
  });

  it('are stored whatever a client sends, in one line each (R128, R129)', async () => {
    const headers = {
      'user-agent': `\u001b[2J\r\n{"type":"LOGIN_SUCCESS"}\u2028"\\\u0000\ud800${'x'.repeat(8000)}`,
      'x-forwarded-for': `${'9.9.9.9,'.repeat(1200)}fe80::1%eth0`,
      'x-request-id': '\u0000"}\n',
    };
    const email = freshEmail();
    await request(
      core,
      () => core.authService.signup({ email, password: PASSWORD, firstName: 'A"\\' }),
      headers,
    );
    const wrong = request(
      core,
      () => core.authService.login({ identifier: `a\u2028${email}`, password: 'x' }),
      headers,
    );
    expect(await code(wrong)).toMatch(/AUTH_INVALID_CREDENTIALS|VALIDATION_FAILED/);
    const rows = await rowsOf(dataSource);
    expect(rows).toHaveLength(3);
    for (const { user_agent: userAgent, ip_address: address, request_id: requestId } of rows) {
      expect(String(userAgent)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      expect(String(userAgent)).toHaveLength(512);
      expect([address, requestId]).toEqual(['192.0.2.77', expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    }
  });

  it('of nobody are not those of everybody (R146)', async () => {
    await signup(freshEmail());
    const before = await rowsOf(dataSource);
    for (const nobody of ['', undefined, null]) {
      const sub = nobody as string;
      await expect(core.auditService.getUserAuthHistory(sub)).rejects.toThrow(TypeError);
      await expect(core.auditService.pseudonymise(sub)).rejects.toThrow(TypeError);
    }
    await expect(core.auditService.getSuspiciousActivity({ userId: '' })).rejects.toThrow(TypeError);
    expect(await rowsOf(dataSource)).toEqual(before);
  });

  describe('options', () => {
    it('enabled: false writes nothing', async () => {
      const silent = await boot(database, { auditLogs: { enabled: false } });
      await request(silent, () => silent.authService.signup({ email: freshEmail(), password: PASSWORD }));
      await code(request(silent, () => silent.authService.login({ identifier: 'x', password: 'y' })));
      expect(await seen()).toEqual([]);
    });

    it('truncateIp keeps the network of an address', async () => {
      const discreet = await boot(database, { auditLogs: { truncateIp: true } });
      await request(discreet, () => discreet.authService.signup({ email: freshEmail(), password: PASSWORD }));
      expect(await seen(['ip_address'])).toEqual([['192.0.2.0'], ['192.0.2.0']]);
    });

    it('tenant says whose trail it is, by a text or by a function', async () => {
      const names: (string | Error | number)[] = ['acme', 'Zo\u00eb \u{1f680}', new Error('x'), 5, ''];
      let name: unknown;
      const tenant = (): string => {
        if (name instanceof Error) throw name;
        return name as string;
      };
      const many = await boot(database, { auditLogs: { tenant } });
      for (name of names)
        await code(request(many, () => many.authService.login({ identifier: 'a@b.example', password: 'y' })));
      expect(await seen(['tenant'])).toEqual([
        ['acme'],
        ['Zo\u00eb \u{1f680}'],
        ...Array(3).fill(['default']),
      ]);
    });
  });
});
