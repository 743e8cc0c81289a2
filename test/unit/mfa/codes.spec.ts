import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { connect } from '../audit/support';
import { Client, member, message, outcome, withAddress, withApp, withCode, world } from './support';

const PHONE = '+12025550123';

describeEachEngine('codes by message as second factors', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await borrowTestDatabase(engine)));
  afterAll(() => database.drop());

  it('go to the telephone with the challenge, and sign in once', async () => {
    const here = await world(database);
    const who = await member(here);
    expect(await withAddress(here, who, 'sms', { phoneNumber: PHONE })).toBe('***23');
    const { answer: challenge, code } = await withCode(here, 'sms', () => who.login());
    expect(challenge.challengeParameters).toEqual({
      availableMethods: ['sms'],
      preferredMethod: 'sms',
      devices: [],
      maskedPhone: '***23',
      codeDeliveryDestination: '***23',
    });
    expect(await outcome(who.respond(challenge.session, { method: 'sms', code }))).toBe('tokens');
    const next = await who.login();
    expect(await outcome(who.respond(next.session, { method: 'sms', code }))).toBe('VERIFY_CODE_INVALID');
  });

  it('of one challenge are worth nothing in another (R089)', async () => {
    const here = await world(database);
    const who = await member(here);
    await withAddress(here, who, 'email', { emailAddress: 'second.box@example.org' });
    const one = await withCode(here, 'email', () => who.login());
    const two = await withCode(here, 'email', () => who.login());
    const answer = (session: string | undefined, code: string): Promise<string> =>
      outcome(who.respond(session, { method: 'email', code }));
    if (one.code !== two.code) expect(await answer(two.answer.session, one.code)).toBe('VERIFY_CODE_INVALID');
    expect(await answer(one.answer.session, one.code)).toBe('tokens');
    expect(await answer(two.answer.session, two.code)).toBe('tokens');
  });

  it('are hashed, expire after five minutes and die with the address (R089)', async () => {
    const here = await world(database);
    const who = await member(here);
    await withAddress(here, who, 'sms', { phone: PHONE });
    const late = await withCode(here, 'sms', () => who.login());
    const sql = await connect(database);
    const rows: object[] = await sql.query('SELECT * FROM nauth_one_time_codes');
    expect(JSON.stringify(rows)).not.toContain(`"${late.code}"`);
    here.clock.offset += 5 * 60_000 + 1000;
    const answer = (session: string | undefined, code: string): Promise<string> =>
      outcome(who.respond(session, { method: 'sms', code }));
    expect(await answer(late.answer.session, late.code)).toBe('VERIFY_CODE_EXPIRED');
    const moved = await withCode(here, 'sms', () => who.login());
    await sql.query(`UPDATE nauth_mfa_devices SET target = '+12025550199' WHERE target = '${PHONE}'`);
    expect(await answer(moved.answer.session, moved.code)).toBe('VERIFY_CODE_INVALID');
  });

  it('are sent again on demand, and the earlier one is dead (R078)', async () => {
    const here = await world(database);
    const who = await member(here);
    await withAddress(here, who, 'sms', { phone: PHONE });
    const first = await withCode(here, 'sms', () => who.login());
    const session = first.answer.session ?? '';
    const resend = () => who.as(() => here.core.authService.resendCode({ session }));
    expect(await outcome(resend())).toBe('RATE_LIMIT_RESEND');
    here.clock.offset += 61_000;
    const second = await withCode(here, 'sms', resend);
    expect(second.answer).toEqual({ destination: '***23' });
    const answer = (code: string): Promise<string> => outcome(who.respond(session, { method: 'sms', code }));
    if (first.code !== second.code) expect(await answer(first.code)).toBe('VERIFY_CODE_INVALID');
    expect(await answer(second.code)).toBe('tokens');
  });

  it('take the method that the client names, of those that the account has (R072)', async () => {
    const here = await world(database);
    const who = await member(here);
    const app = await withApp(here, who);
    const { session = '' } = await who.login();
    for (const answer of [
      { method: 'email', code: '123456' },
      { method: 'sms', code: '123456' },
      { method: 'passkey', code: '123456' },
      { method: 'nonsense', code: '123456' },
      { method: '__proto__', code: '123456' },
    ]) {
      const fresh = await who.login();
      expect([answer.method, await outcome(who.respond(fresh.session, answer))]).toEqual([
        answer.method,
        'VALIDATION_FAILED',
      ]);
    }
    const data = (method: string) =>
      who.as(() => here.core.authService.getChallengeData({ session, method }));
    expect(await outcome(data('email'))).toBe('VALIDATION_FAILED');
    expect(await data('totp')).toEqual({ challengeData: {} });
    expect(here.sent.filter(({ code }) => code !== null)).toEqual([]);
    expect(await outcome(who.respond(session, { method: 'totp', code: app.code() }))).toBe('tokens');
  });
});

describeEachEngine('backup codes', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await borrowTestDatabase(engine)));
  afterAll(() => database.drop());

  it('sign in once each, however they are typed, and a new set ends the old one (R082, R083)', async () => {
    const here = await world(database);
    const who = await member(here);
    await withApp(here, who);
    const generate = () => who.as(() => here.core.mfaService.generateBackupCodes());
    const { codes: old } = await generate();
    const { codes } = await generate();
    expect(new Set([...old, ...codes]).size).toBe(20);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    const answer = async (code: string | undefined) => {
      const { session } = await who.login();
      return outcome(who.respond(session, { method: 'backup', code }));
    };
    expect(await answer(old[0])).toBe('VERIFY_CODE_INVALID');
    expect(await answer(codes[0])).toBe('tokens');
    expect(await answer(codes[0])).toBe('VERIFY_CODE_INVALID');
    expect(await answer(codes[1]?.replaceAll('-', '').toLowerCase())).toBe('tokens');
    const status = await who.as(() => here.core.mfaService.getMfaStatus());
    expect(status).toMatchObject({ hasBackupCodes: true, backupCodesRemaining: 8 });
    const sql = await connect(database);
    const dump = JSON.stringify(await sql.query('SELECT * FROM nauth_mfa_backup_codes'));
    for (const code of codes) expect(dump).not.toContain(code.replaceAll('-', ''));
  });

  it('may be short, and work on after their length was changed', async () => {
    const here = await world(database, { backup: { codeLength: 10 } });
    const who = await member(here);
    await withApp(here, who);
    const { codes } = await who.as(() => here.core.mfaService.generateBackupCodes());
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{2}$/);
    const later = await world(database);
    later.clock.offset = here.clock.offset;
    const same = new Client(later.core, who.email);
    for (const client of [who, same]) {
      const answer = async (code: string | undefined) => {
        const { session } = await client.login();
        return outcome(client.respond(session, { method: 'backup', code }));
      };
      const [code] = codes.splice(0, 1);
      expect(await answer(code)).toBe('tokens');
      expect(await answer(code)).toBe('VERIFY_CODE_INVALID');
    }
  });

  it("of one account are nobody else's", async () => {
    const here = await world(database);
    const [one, two] = [await member(here), await member(here)];
    await withApp(here, one);
    await withApp(here, two);
    const { codes } = await one.as(() => here.core.mfaService.generateBackupCodes());
    await two.as(() => here.core.mfaService.generateBackupCodes());
    const { session } = await two.login();
    expect(await outcome(two.respond(session, { method: 'backup', code: codes[0] }))).toBe(
      'VERIFY_CODE_INVALID',
    );
  });

  it('are not made for an account without a factor', async () => {
    const here = await world(database);
    const who = await member(here);
    expect(await outcome(who.as(() => here.core.mfaService.generateBackupCodes()))).toBe('FORBIDDEN');
  });
});

describeEachEngine('wrong second factors', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await borrowTestDatabase(engine)));
  afterAll(() => database.drop());

  it('are counted for the account over all challenges and factors, and its owner is told once (R081, R029)', async () => {
    const here = await world(database);
    const who = await member(here);
    const app = await withApp(here, who);
    await who.as(() => here.core.mfaService.generateBackupCodes());
    const refusals: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { session } = await who.login();
      refusals.push(await outcome(who.respond(session, { method: 'totp', code: '000000' })));
      refusals.push(await outcome(who.respond(session, { method: 'backup', code: '0000-0000-0000-0000' })));
      refusals.push(await outcome(who.respond(session, { method: 'totp', code: 'abc' })));
    }
    expect(refusals.slice(0, 10)).toEqual(Array(10).fill('VERIFY_CODE_INVALID'));
    expect(refusals.slice(10)).toEqual(Array(2).fill('CHALLENGE_MAX_ATTEMPTS'));
    const { session } = await who.login();
    expect(await outcome(who.respond(session, { method: 'totp', code: app.code() }))).toBe(
      'CHALLENGE_MAX_ATTEMPTS',
    );
    await message(here, { to: who.email, subject: 'Somebody may know your password' });
    expect(here.sent.filter(({ subject }) => subject === 'Somebody may know your password')).toHaveLength(1);
    here.clock.offset += 3600_000;
    const later = await who.login();
    expect(await outcome(who.respond(later.session, { method: 'totp', code: app.code() }))).toBe('tokens');
  });

  it('are forgiven by a right one, and not by a right password (R029)', async () => {
    const here = await world(database);
    const who = await member(here);
    const app = await withApp(here, who);
    const wrong = async (times: number): Promise<void> => {
      for (let tries = 0; tries < times; tries += 1) {
        const { session } = await who.login();
        expect(await outcome(who.respond(session, { method: 'totp', code: '000000' }))).toBe(
          'VERIFY_CODE_INVALID',
        );
      }
    };
    await wrong(6);
    const { session } = await who.login();
    expect(await outcome(who.respond(session, { method: 'totp', code: app.code() }))).toBe('tokens');
    await wrong(6);
  });
});
