import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PATIENCE_MS } from '../../support/patience';
import { createTestDatabase, type TestDatabase } from '../../support/services';
import { connect } from '../audit/support';
import {
  member,
  openWorld,
  outcome,
  PASSWORD,
  withAddress,
  withApp,
  withCode,
  type Client,
  type World,
} from './support';

const NEW = 'nine blue lakes in spring';
const PHONE = '+12025550123';

describe('a password that was set by a code (R086)', () => {
  let database: TestDatabase;
  let here: World;
  beforeAll(async () => {
    database = await createTestDatabase('sqlite');
    here = await openWorld(database, {}, { rateLimits: { passwordReset: { network: false } } });
  });
  afterAll(async () => {
    await here.core.close();
    await database.drop();
  });

  /** Sets another password by a code that goes to the address of the account. */
  async function reset(who: Client, channel: 'email' | 'sms' = 'email', identifier = who.email) {
    const { authService } = here.core;
    const { code } = await withCode(here, channel, () => authService.forgotPassword({ identifier }));
    await authService.confirmForgotPassword({ identifier, code, newPassword: NEW });
  }

  /** What a login may go on with. A code that goes out with the challenge is waited for, so that no other is taken for it. */
  async function methodsOf(who: Client, password = NEW): Promise<unknown> {
    const codes = () => here.sent.filter(({ code }) => code !== null).length;
    const before = codes();
    const { challengeParameters } = await who.login(password);
    if (challengeParameters?.['codeDeliveryDestination']) {
      await vi.waitFor(() => expect(codes()).toBeGreaterThan(before), PATIENCE_MS);
    }
    return challengeParameters?.['availableMethods'];
  }

  const backupCode = async (who: Client): Promise<string> => {
    const { codes } = await who.as(() => here.core.mfaService.generateBackupCodes());
    return codes[0] ?? '';
  };

  it('by e-mail is not asked for an e-mail beside it, until another factor was shown', async () => {
    const who = await member(here);
    await withAddress(here, who, 'email', {});
    const app = await withApp(here, who);
    expect(await methodsOf(who, PASSWORD)).toEqual(['email', 'totp']);
    await reset(who);
    const { session = '', challengeParameters } = await who.login(NEW);
    expect(challengeParameters).toMatchObject({ availableMethods: ['totp'], preferredMethod: 'totp' });
    expect(challengeParameters).not.toHaveProperty('maskedEmail');
    const byMail = { session, method: 'email' };
    const data = who.as(() => here.core.authService.getChallengeData(byMail));
    expect(await outcome(data)).toBe('VALIDATION_FAILED');
    const answer = { method: 'email', code: '123456' };
    expect(await outcome(who.respond(session, answer))).toBe('VALIDATION_FAILED');
    expect(await outcome(who.respond(session, { method: 'totp', code: app.code() }))).toBe('tokens');
    expect(await methodsOf(who)).toEqual(['email', 'totp']);
  });

  it('leaves the backup codes to who has nothing else, and then counts again', async () => {
    const who = await member(here);
    await withAddress(here, who, 'email', { email: 'another.box@example.org' });
    const code = await backupCode(who);
    await reset(who);
    const { session, challengeParameters } = await who.login(NEW);
    expect(challengeParameters).toMatchObject({ availableMethods: ['backup'], preferredMethod: 'backup' });
    expect(await outcome(who.respond(session, { method: 'backup', code }))).toBe('tokens');
    expect(await methodsOf(who)).toEqual(['email', 'backup']);
  });

  it('stays so when it is changed with nothing else shown, and not when an administrator sets one', async () => {
    const who = await member(here);
    const sub = (await who.as(async () => here.core.authService.getProfile())).sub;
    await withAddress(here, who, 'email', {});
    await reset(who);
    expect(await methodsOf(who)).toEqual([]);
    const sql = await connect(database);
    const now = new Date(here.now()).toISOString();
    await sql.query(
      `UPDATE nauth_password_credentials SET change_required_at = '${now}' WHERE user_id = '${sub}'`,
    );
    const { session } = await who.login(NEW);
    const forced = { type: 'FORCE_CHANGE_PASSWORD', newPassword: 'seven green hills in autumn' };
    const { challengeParameters } = await who.respond(session, forced);
    expect(challengeParameters?.['availableMethods']).toEqual([]);
    const byAdmin = { sub, newPassword: 'four grey owls in winter', mustChangePassword: false };
    const admin = await member(here);
    await admin.as(() => here.core.adminAuthService.setPassword(byAdmin));
    // The owner hears of all three, and not from where the administrator did it.
    await vi.waitFor(() => {
      const told = here.sent.filter(
        ({ to, subject }) => to === who.email && subject === 'Your password was changed',
      );
      expect(told.map(({ ipAddress }) => ipAddress)).toEqual([undefined, '192.0.2.77', undefined]);
    }, PATIENCE_MS);
    expect(await methodsOf(who, byAdmin.newPassword)).toEqual(['email']);
  });

  it('by text message is not asked for a text message beside it', async () => {
    const who = await member(here);
    await withAddress(here, who, 'sms', { phone: PHONE });
    await withAddress(here, who, 'email', { email: 'third.box@example.org' });
    const sql = await connect(database);
    await sql.query(
      `UPDATE nauth_users SET phone = '${PHONE}', phone_key = '${PHONE}', is_phone_verified = 1, is_email_verified = 0
       WHERE email = '${who.email}'`,
    );
    await reset(who, 'sms', PHONE);
    expect(await methodsOf(who)).toEqual(['email']);
  });

  it('keeps nobody from an e-mail that is set up afterwards: there was no factor to walk around', async () => {
    const who = await member(here);
    await reset(who);
    expect(await outcome(who.login(NEW))).toBe('tokens');
    await withAddress(here, who, 'email', {});
    expect(await methodsOf(who)).toEqual(['email']);
  });
});
