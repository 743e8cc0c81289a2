import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AdminAuthService } from '../../../lib/admin';
import { AuthAuditService } from '../../../lib/audit';
import type { NAuthConfig } from '../../../lib/config';
import { NAuthException } from '../../../lib/errors';
import { Notifier, type SmsMessage } from '../../../lib/notifications';
import { borrowTestDatabase } from '../../support/database-pool';
import { middleMean } from '../../support/middle-mean';
import { PATIENCE_MS } from '../../support/patience';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { boot, NEW, outcome, PASSWORD, signUp, type Owner, type Toolkit } from './support';

const MINUTE_MS = 60_000;
const rates = { passwordReset: { network: false }, login: { network: false } } as const;

describeEachEngine('reset of the password', (engine) => {
  let database: TestDatabase;
  let on: Toolkit;
  const texts: SmsMessage[] = [];
  const asked: string[] = [];

  const start = async (changes: Partial<NAuthConfig> = {}): Promise<void> => {
    on = await boot(database, {
      rateLimits: rates,
      session: { maxConcurrent: 0 },
      smsProvider: { send: async (message) => void texts.push(message) },
      hooks: { afterPasswordChange: ({ cause }) => void asked.push(cause) },
      ...changes,
    });
  };
  beforeEach(async () => {
    texts.length = 0;
    asked.length = 0;
    database = await borrowTestDatabase(engine);
    await start();
  });
  afterEach(async () => {
    await on.module.close();
    await database.drop();
  });

  const request = (identifier: string) => on.auth.forgotPassword({ identifier });
  const confirm = (identifier: string, code: string, newPassword = NEW) =>
    on.auth.confirmForgotPassword({ identifier, code, newPassword });
  const login = ({ email }: Owner, password: string) =>
    outcome(on.auth.login({ identifier: email, password }));
  const count = async (from: string): Promise<number> =>
    Number((await on.sql(`SELECT COUNT(*) AS n FROM nauth_${from}`))[0]?.['n']);
  const codeOf = (variables: object): string => String(Reflect.get(variables, 'code'));
  const isTrue = engine === 'postgres' ? 'TRUE' : '1';

  async function mailedCode({ email }: Owner): Promise<string> {
    const before = on.mails.length;
    await request(email);
    return vi.waitFor(() => {
      const mail = on.mails.slice(before).find(({ to }) => to === email);
      if (!mail) throw new Error('no mail yet');
      return codeOf(mail.variables);
    }, PATIENCE_MS);
  }

  it('is one unit with the end of the code: what fails at its end leaves all as it was (R117, R159)', async () => {
    const owner = await signUp(on);
    const code = await mailedCode(owner);
    const failing = vi.spyOn(on.module.get(Notifier), 'queue').mockRejectedValue(new Error('no room'));
    await expect(confirm(owner.email, code)).rejects.toThrow();
    failing.mockRestore();
    expect([await login(owner, NEW), await login(owner, PASSWORD)]).toEqual([
      'AUTH_INVALID_CREDENTIALS',
      'done',
    ]);
    expect(await outcome(on.auth.refreshToken({ refreshToken: owner.refreshToken }))).toBe('done');
    expect(await outcome(confirm(owner.email, code))).toBe('done');
    expect(asked).toEqual(['reset']);
    expect(await login(owner, NEW)).toBe('done');
  });

  it('gives an account without a password its first one, and none that is not active', async () => {
    const [social, disabled] = [await signUp(on), await signUp(on)];
    await on.sql(`DELETE FROM nauth_password_credentials WHERE user_id = '${social.sub}'`);
    expect(await outcome(confirm(social.email, await mailedCode(social)))).toBe('done');
    expect(await login(social, NEW)).toBe('done');
    const code = await mailedCode(disabled);
    await on.sql(`UPDATE nauth_users SET is_active = NOT ${isTrue} WHERE id = '${disabled.sub}'`);
    expect(await outcome(confirm(disabled.email, code))).toBe('PASSWORD_RESET_CODE_INVALID');
    const sent = on.mails.length;
    expect(await request(disabled.email)).toMatchObject({ success: true, deliveryMedium: 'email' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(on.mails).toHaveLength(sent);
  });

  it('goes by text message to a proved number where the address is not proved', async () => {
    const owner = await signUp(on);
    const set = `phone = '+436601234567', phone_key = '+436601234567', is_phone_verified = ${isTrue}`;
    await on.sql(`UPDATE nauth_users SET username = 'texter', ${set} WHERE id = '${owner.sub}'`);
    expect(await request('texter')).toEqual({ success: true, expiresIn: 600 });
    const text = await vi.waitFor(() => texts[0] ?? Promise.reject(new Error('no text yet')), PATIENCE_MS);
    expect([text.to, on.mails]).toEqual(['+436601234567', []]);
    on.clock.offset = 11 * MINUTE_MS;
    expect(await outcome(confirm('texter', codeOf(text.variables)))).toBe('PASSWORD_RESET_CODE_EXPIRED');
  });

  it('says nothing when a recipient gets no more messages (R016)', async () => {
    const owner = await signUp(on);
    vi.spyOn(on.module.get(Notifier), 'admit').mockRejectedValue(new NAuthException('RATE_LIMIT_EMAIL'));
    const known = await request(owner.email);
    expect(known).toEqual({ ...(await request('nobody@example.com')), destination: known.destination });
    expect(on.mails).toEqual([]);
  });

  it('keeps no code in clear, and writes it nowhere (R116, R124)', async () => {
    const owner = await signUp(on);
    const code = await mailedCode(owner);
    await request('nobody@example.com');
    const rows = await on.sql('SELECT * FROM nauth_one_time_codes');
    expect(rows).toHaveLength(2);
    const events = await on.sql('SELECT * FROM nauth_audit_events');
    expect(JSON.stringify([rows, events])).not.toContain(`"${code}"`);
    expect(JSON.stringify(rows)).not.toContain('nobody@example.com');
    expect(await count("audit_events WHERE type = 'PASSWORD_RESET_REQUESTED'")).toBe(2);
  });

  it('kills an earlier code with the next one, and codes of one kind are none of the other (R035)', async () => {
    const owner = await signUp(on);
    const first = await mailedCode(owner);
    const second = await mailedCode(owner);
    if (first !== second)
      expect(await outcome(confirm(owner.email, first))).toBe('PASSWORD_RESET_CODE_INVALID');
    const other = { identifier: owner.email, code: second, newPassword: NEW };
    expect(await outcome(on.auth.confirmAdminResetPassword(other))).toBe('PASSWORD_RESET_CODE_INVALID');
    expect(await outcome(confirm(owner.email, second))).toBe('done');
  });

  it('names the administrator in the trail', async () => {
    const [admin, owner] = [await signUp(on), await signUp(on)];
    const service = on.module.get(AdminAuthService);
    const as = <T>(work: () => Promise<T>) => on.as(admin.accessToken, work);
    await as(() => service.setMustChangePassword({ sub: owner.sub }));
    await as(() => service.resetPassword({ sub: owner.sub, reason: 'lost phone' }));
    await as(() => service.setPassword({ sub: owner.sub, newPassword: NEW }));
    const rows = await on.sql(
      `SELECT type, performed_by AS actor FROM nauth_audit_events WHERE performed_by IS NOT NULL ORDER BY id`,
    );
    expect(rows).toEqual([
      { type: 'PASSWORD_FORCE_CHANGE_SET', actor: admin.sub },
      { type: 'ADMIN_PASSWORD_RESET_INITIATED', actor: admin.sub },
      { type: 'PASSWORD_CHANGED', actor: admin.sub },
    ]);
    await on.sql(`DELETE FROM nauth_password_credentials WHERE user_id = '${owner.sub}'`);
    expect(await outcome(as(() => service.setMustChangePassword({ sub: owner.sub })))).toBe(
      'PASSWORD_CHANGE_NOT_ALLOWED',
    );
  });

  it('refuses too many requests and confirmations from one network (R024)', async () => {
    await on.module.close();
    await start({ rateLimits: { passwordReset: { network: { max: 2, window: '1h' } } } });
    const requests = ['a@example.com', 'b@example.com', 'c@example.com'].map((name) => () => request(name));
    const confirms = ['a@example.com', 'b@example.com', 'c@example.com'].map(
      (name) => () => confirm(name, '123456'),
    );
    const outcomes: string[] = [];
    for (const work of [...requests, ...confirms]) outcomes.push(await outcome(on.as(undefined, work)));
    const invalid = 'PASSWORD_RESET_CODE_INVALID';
    expect(outcomes).toEqual([
      ...['done', 'done', 'RATE_LIMIT_PASSWORD_RESET'],
      ...[invalid, invalid, 'RATE_LIMIT_PASSWORD_RESET'],
    ]);
  });

  it('is refused, and not forgotten, while it cannot be written', async () => {
    const owner = await signUp(on);
    const broken = vi.spyOn(on.module.get(AuthAuditService), 'record');
    broken.mockRejectedValue(new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1 }));
    expect(await outcome(request(owner.email))).toBe('SERVICE_UNAVAILABLE');
    expect(await outcome(request('nobody@example.com'))).toBe('SERVICE_UNAVAILABLE');
  });
});

describe('TIME-1 of a forgotten password', () => {
  const SAMPLES = 100;
  const AT_ONCE = 2;
  const BOUND_MS = 3;

  it(`takes as long for an account as for none: the means of ${SAMPLES} differ by ${BOUND_MS} ms at most`, async () => {
    const database = await borrowTestDatabase('sqlite');
    const on = await boot(database, { rateLimits: rates });
    try {
      const owners: Owner[] = [];
      for (let made = 0; made < SAMPLES; made += 1) owners.push(await signUp(on));
      const timed = async (identifier: string): Promise<number> => {
        const start = performance.now();
        await on.auth.forgotPassword({ identifier });
        return performance.now() - start;
      };
      // Each account beside a name that is none, so that what else the machine does falls on both of a pair alike.
      const differences: number[] = [];
      for (let from = 0; from < SAMPLES; from += AT_ONCE) {
        const pairs = owners.slice(from, from + AT_ONCE).map(async ({ email }, index) => {
          const names = [email, `no.${email}`];
          const times = await Promise.all((index % 2 ? names : names.reverse()).map(timed));
          const [known = NaN, unknown = NaN] = index % 2 ? times : times.reverse();
          return known - unknown;
        });
        differences.push(...(await Promise.all(pairs)));
      }
      expect(differences).toHaveLength(SAMPLES);
      expect(Math.abs(middleMean(differences))).toBeLessThanOrEqual(BOUND_MS);
    } finally {
      await on.module.close();
      await database.drop();
    }
  }, 120_000);
});
