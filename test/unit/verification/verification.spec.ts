import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NAuthConfig } from '../../../lib/config';
import { eventually } from '../../support/notifications';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { outcome, tally } from '../challenges/support';
import { ADA, PASSWORD, PHONE, setUpVerification, wrong, type Verification } from './support';

const MINUTE = 60_000;

vi.setConfig({ testTimeout: 60_000 });

describeEachEngine('verification', (engine) => {
  let database: TestDatabase;
  let on: Verification;

  beforeEach(async () => {
    database = await borrowTestDatabase(engine, 10);
  });

  afterEach(async () => {
    await on.module.close();
    await database.drop();
  });

  async function start(signup?: NAuthConfig['signup'], changes?: Partial<NAuthConfig>): Promise<void> {
    on = await setUpVerification(database, signup, changes);
  }

  const respond = (session: string | undefined, type: string, answer: object) =>
    on.auth.respondToChallenge({ session, type, ...answer });
  const email = (session: string | undefined, code: string) => respond(session, 'VERIFY_EMAIL', { code });
  const phone = (session: string | undefined, code: string) => respond(session, 'VERIFY_PHONE', { code });
  const login = (password = PASSWORD) => on.auth.login({ identifier: ADA.email, password });

  /** An account whose address is proved, by `verificationMethod` email. */
  async function proved(): Promise<void> {
    const { session } = await on.auth.signup(ADA);
    expect(await outcome(email(session, await on.code(ADA.email)))).toBe('tokens');
  }

  it('proves address and number, one after the other, before there are tokens', async () => {
    await start();
    const first = await on.auth.signup({ ...ADA, phone: PHONE });
    expect(first).toEqual({
      challengeName: 'VERIFY_EMAIL',
      session: expect.stringMatching(/^[\w-]{43}$/),
      challengeParameters: { email: 'a***@e***.com', codeDeliveryDestination: 'a***@e***.com' },
    });
    const second = await email(first.session, await on.code(ADA.email));
    expect(second).toEqual({
      challengeName: 'VERIFY_PHONE',
      session: expect.stringMatching(/^[\w-]{43}$/),
      challengeParameters: { phone: '***67', codeDeliveryDestination: '***67' },
    });
    expect(await on.sql('SELECT phone FROM nauth_users')).toEqual([{ phone: null }]);
    const done = await phone(second.session, await on.code(PHONE));
    expect(done.user).toMatchObject({ isEmailVerified: true, isPhoneVerified: true, phone: PHONE });
    expect(await outcome(login())).toBe('tokens');
    const used = await on.sql('SELECT used_at FROM nauth_one_time_codes');
    expect(used.map((row) => row['used_at'] !== null)).toEqual([true, true]);
    const types = (await on.sql('SELECT type FROM nauth_audit_events')).map((row) => row['type']);
    expect(types).toEqual(
      expect.arrayContaining(['EMAIL_VERIFICATION_REQUESTED', 'EMAIL_VERIFIED', 'PHONE_VERIFIED']),
    );
  });

  it('asks for a number where none is known, and proves that one', async () => {
    await start();
    const first = await on.auth.signup(ADA);
    const second = await email(first.session, await on.code(ADA.email));
    expect(second.challengeParameters).toEqual({ requiresPhoneCollection: 'true' });
    expect(await outcome(phone(second.session, '123456'))).toBe('CHALLENGE_TYPE_MISMATCH');
    expect(await outcome(respond(second.session, 'VERIFY_PHONE', { phone: '0660 1234567' }))).toBe(
      'VALIDATION_INVALID_PHONE',
    );
    const third = await respond(second.session, 'VERIFY_PHONE', { phone: '+43 660 1234567' });
    expect(third).toMatchObject({
      challengeName: 'VERIFY_PHONE',
      challengeParameters: { phone: '***67', codeDeliveryDestination: '***67' },
    });
    expect(third.session).not.toBe(second.session);
    expect(await outcome(respond(third.session, 'VERIFY_PHONE', { phone: '+436601234568' }))).toBe(
      'CHALLENGE_TYPE_MISMATCH',
    );
    const done = await phone(third.session, await on.code(PHONE));
    expect(done.user).toMatchObject({ isPhoneVerified: true, phone: PHONE });
  });

  it('takes what the link carries, which no other browser can use (R125)', async () => {
    await start({ verificationMethod: 'email' });
    const { session } = await on.auth.signup(ADA);
    const link = await on.link(ADA.email);
    expect(link).toMatch(/^https:\/\/app\.example\.com\/verify#code=[\w-]{43}$/);
    expect(await outcome(email('x'.repeat(43), link.slice(-43)))).toBe('CHALLENGE_INVALID');
    expect(await on.sql('SELECT is_email_verified AS flag FROM nauth_users')).not.toEqual([{ flag: true }]);
    expect(await outcome(email(session, link.slice(-43)))).toBe('tokens');
  });

  it('of a login wants the right password first, and sends no second code at once', async () => {
    await start({ verificationMethod: 'email' });
    await on.auth.signup(ADA);
    expect(await outcome(login('another-password-9'))).toBe('AUTH_INVALID_CREDENTIALS');
    const { challengeName, session } = await login();
    expect(challengeName).toBe('VERIFY_EMAIL');
    expect(await outcome(email(session, await on.code(ADA.email)))).toBe('tokens');
    expect(on.messages(ADA.email)).toHaveLength(1);
  });

  it('is over once it is done elsewhere', async () => {
    await start({ verificationMethod: 'email' });
    await on.auth.signup(ADA);
    const { session: one } = await login();
    const { session: other } = await login();
    expect(await outcome(email(one, await on.code(ADA.email)))).toBe('tokens');
    expect(await outcome(on.auth.resendCode({ session: other }))).toBe('VERIFY_ALREADY_VERIFIED');
    expect(await outcome(email(other, await on.code(ADA.email)))).toBe('VERIFY_ALREADY_VERIFIED');
  });

  it('takes one code once, whichever of the open challenges it answers', async () => {
    await start({ verificationMethod: 'email' });
    await on.auth.signup(ADA);
    const code = await on.code(ADA.email);
    const sessions = [];
    for (let round = 0; round < 5; round += 1) sessions.push((await login()).session);
    const all = await Promise.all(sessions.map((session) => outcome(email(session, code))));
    expect(all.filter((one) => one === 'tokens')).toHaveLength(1);
    const used = await Promise.all(sessions.map((session) => outcome(email(session, code))));
    expect(used).not.toContain('tokens');
  });

  it('RACE-6: a hundred right codes at once make one session', async () => {
    await start(
      {
        verificationMethod: 'email',
        emailVerification: { maxAttemptsPerUser: 1000, maxAttemptsPerIP: 1000 },
      },
      { challenge: { maxAttempts: 10 } },
    );
    const { session } = await on.auth.signup(ADA);
    const code = await on.code(ADA.email);
    const all = await Promise.all(Array.from({ length: 100 }, () => outcome(email(session, code))));
    expect(all.filter((one) => one === 'tokens')).toHaveLength(1);
    expect(await on.sql('SELECT id FROM nauth_sessions')).toHaveLength(1);
    expect(all.filter((one) => one === 'SERVICE_UNAVAILABLE')).toEqual([]);
  });

  it('RACE-7: of two hundred wrong codes at once three are looked at, and the right one is too late', async () => {
    await start({ verificationMethod: 'email' });
    const { session } = await on.auth.signup(ADA);
    const code = await on.code(ADA.email);
    const all = await Promise.all(Array.from({ length: 200 }, () => outcome(email(session, wrong(code)))));
    // A server that is too busy looks at some of them later.
    while (all.at(-1) !== 'CHALLENGE_MAX_ATTEMPTS') {
      all.push(await outcome(email(session, wrong(code))));
    }
    expect(tally(all)).toMatchObject({ VERIFY_CODE_INVALID: 3 });
    expect(await outcome(email(session, code))).toBe('CHALLENGE_MAX_ATTEMPTS');
  });

  it.each([
    ['١٢٣٤٥٦'],
    [' 123456'],
    ['123 456'],
    ['+12345'],
    ['1e5000'],
    ['12345'],
    ['1234567'],
    ['123456\n'],
  ])('looks at no code like %j (R073)', async (code) => {
    await start({ verificationMethod: 'email' });
    const { session } = await on.auth.signup(ADA);
    expect(await outcome(email(session, code))).toBe('VERIFY_CODE_INVALID');
    expect(await on.sql('SELECT attempts FROM nauth_one_time_codes')).toEqual([{ attempts: 0 }]);
  });

  it('sends again: another code, the same count and end, and a pause between', async () => {
    await start({ verificationMethod: 'email' });
    const { session } = await on.auth.signup(ADA);
    const first = await on.code(ADA.email);
    expect(await outcome(email(session, wrong(first)))).toBe('VERIFY_CODE_INVALID');
    expect(await outcome(on.auth.resendCode({ session }))).toBe('RATE_LIMIT_RESEND');
    on.now.offset = MINUTE;
    expect(await on.auth.resendCode({ session })).toEqual({ destination: 'a***@e***.com' });
    const second = await on.code(ADA.email, 2);
    expect(await on.sql('SELECT attempts FROM nauth_one_time_codes')).toEqual([{ attempts: 1 }]);
    if (first !== second) expect(await outcome(email(session, first))).toBe('VERIFY_CODE_INVALID');
    expect(await outcome(email(session, second))).toBe('tokens');
  });

  it('sends none that is refused already: after three wrong ones the next is good, and all count (R028)', async () => {
    await start({ verificationMethod: 'email', emailVerification: { maxAttemptsPerUser: 4 } });
    const { session: spent } = await on.auth.signup(ADA);
    const first = await on.code(ADA.email);
    for (let round = 0; round < 3; round += 1) await outcome(email(spent, wrong(first)));
    const { session } = await login();
    on.now.offset = MINUTE;
    await on.auth.resendCode({ session });
    const second = await on.code(ADA.email, 2);
    expect(await outcome(email(session, wrong(second)))).toBe('VERIFY_CODE_INVALID');
    expect(await outcome(email(session, second))).toBe('VERIFY_TOO_MANY_ATTEMPTS');
    // A code that its account may not try is not sent either.
    on.now.offset = 2 * MINUTE;
    expect(await outcome(on.auth.resendCode({ session }))).toBe('VERIFY_TOO_MANY_ATTEMPTS');
    expect((await login()).challengeName).toBe('VERIFY_EMAIL');
    expect(on.messages(ADA.email)).toHaveLength(2);
    on.now.offset = 61 * MINUTE;
    const { session: later } = await login();
    expect(await outcome(email(later, await on.code(ADA.email, 3)))).toBe('tokens');
  });

  it('ends codes after their time', async () => {
    await start({ verificationMethod: 'email' });
    const { session } = await on.auth.signup(ADA);
    const code = await on.code(ADA.email);
    on.now.offset = 10 * MINUTE;
    expect(await outcome(email(session, code))).toBe('VERIFY_CODE_EXPIRED');
  });

  it('caps wrong codes of one account and of one network', async () => {
    await start({
      verificationMethod: 'email',
      emailVerification: { maxAttemptsPerUser: 2, maxAttemptsPerIP: 3 },
    });
    const { session } = await on.auth.signup(ADA);
    const code = await on.code(ADA.email);
    const seen = [await outcome(email(session, wrong(code))), await outcome(email(session, wrong(code)))];
    seen.push(await outcome(email(session, code)));
    expect(seen).toEqual(['VERIFY_CODE_INVALID', 'VERIFY_CODE_INVALID', 'VERIFY_TOO_MANY_ATTEMPTS']);
    const { session: other } = await on.auth.signup({ ...ADA, email: 'eve@example.com' });
    const theirs = await on.code('eve@example.com');
    expect(await outcome(email(other, wrong(theirs)))).toBe('VERIFY_CODE_INVALID');
    expect(await outcome(email(other, theirs))).toBe('VERIFY_TOO_MANY_ATTEMPTS');
  });

  it('of one recipient is capped alike for free, begun and taken addresses; a login goes on without a message', async () => {
    await start({ verificationMethod: 'email', emailVerification: { rateLimitMax: 2 } });
    for (const address of [ADA.email, 'eve@example.com']) {
      const attempts = [];
      for (let round = 0; round < 3; round += 1) {
        attempts.push(await outcome(on.auth.signup({ ...ADA, email: address })));
        if (address === ADA.email && round === 0) {
          const { session } = await login();
          await email(session, await on.code(address));
        }
      }
      expect(attempts).toEqual(['challenge', 'challenge', 'RATE_LIMIT_EMAIL']);
    }
    on.now.offset = 11 * MINUTE;
    const eve = await on.auth.login({ identifier: 'eve@example.com', password: PASSWORD });
    expect(eve.challengeName).toBe('VERIFY_EMAIL');
    expect(await outcome(on.auth.resendCode({ session: eve.session }))).toBe('RATE_LIMIT_EMAIL');
    expect(on.messages('eve@example.com')).toHaveLength(1);
  });

  describe('a taken address', () => {
    it('looks like a free one; its owner is told, and no code is right', async () => {
      await start({ verificationMethod: 'email' });
      await proved();
      const taken = await on.auth.signup({
        ...ADA,
        email: ' ADA@Example.com ',
        password: 'another-password-9',
      });
      const free = await on.auth.signup({ ...ADA, email: 'eve@example.com' });
      expect(Object.keys(taken)).toEqual(Object.keys(free));
      expect(taken).toEqual({
        challengeName: 'VERIFY_EMAIL',
        session: expect.stringMatching(/^[\w-]{43}$/),
        challengeParameters: { email: 'a***@e***.com', codeDeliveryDestination: 'a***@e***.com' },
      });
      await eventually(() => on.messages(ADA.email).some(({ template }) => template === 'accountExists'));
      expect(on.messages(ADA.email).filter(({ template }) => template === 'verification')).toHaveLength(1);
      for (const session of [taken.session, free.session]) {
        const seen = [];
        seen.push(await outcome(on.auth.resendCode({ session })));
        for (let round = 0; round < 4; round += 1) seen.push(await outcome(email(session, '000000')));
        expect(seen.map((code) => code.replace('VERIFY_TOO_MANY_ATTEMPTS', 'x'))).toEqual([
          'RATE_LIMIT_RESEND',
          ...new Array(3).fill('VERIFY_CODE_INVALID'),
          'CHALLENGE_MAX_ATTEMPTS',
        ]);
      }
      expect(await outcome(login())).toBe('tokens');
      expect(await on.sql('SELECT id FROM nauth_users')).toHaveLength(2);
    });

    it('of a decoy can be sent again as any other', async () => {
      await start({ verificationMethod: 'email' });
      await proved();
      const { session } = await on.auth.signup(ADA);
      on.now.offset = MINUTE;
      expect(await on.auth.resendCode({ session })).toEqual({ destination: 'a***@e***.com' });
      on.now.offset = 11 * MINUTE;
      expect(await outcome(email(session, '000000'))).toBe('VERIFY_CODE_EXPIRED');
      expect(on.messages(ADA.email).filter(({ template }) => template === 'verification')).toHaveLength(1);
    });

    it('is named where the application wants that', async () => {
      await start({ verificationMethod: 'email', discloseExisting: true });
      await proved();
      expect(await outcome(on.auth.signup(ADA))).toBe('SIGNUP_EMAIL_EXISTS');
    });

    it('is no reason to say that a name is free', async () => {
      await start({ verificationMethod: 'email' });
      await on.auth.signup({ ...ADA, username: 'ada' });
      const { session } = await login();
      await email(session, await on.code(ADA.email));
      for (const address of [ADA.email, 'free@example.com']) {
        const body = { ...ADA, email: address, username: 'ada' };
        expect(await outcome(on.auth.signup(body))).toBe('SIGNUP_USERNAME_EXISTS');
      }
    });
  });

  describe('an address that somebody signed up with and never proved (R012, R111)', () => {
    const EVIL = {
      ...ADA,
      password: 'attackers-password-9',
      username: 'ada',
      firstName: 'Eve',
      metadata: { role: 'x' },
    };

    it('belongs to whoever proves it: password and profile of the earlier sign-up are gone', async () => {
      await start({ verificationMethod: 'email' });
      const attacker = await on.auth.signup(EVIL);
      const owner = await on.auth.signup({ ...ADA, username: 'ada', firstName: 'Ada' });
      expect(Object.keys(owner)).toEqual(Object.keys(attacker));
      const pending = await login(EVIL.password);
      const done = await email(owner.session, await on.code(ADA.email));
      expect(done.user).toMatchObject({ firstName: 'Ada', isEmailVerified: true });
      expect(await outcome(login(EVIL.password))).toBe('AUTH_INVALID_CREDENTIALS');
      expect(await outcome(login())).toBe('tokens');
      for (const { session } of [attacker, pending]) {
        expect(await outcome(email(session, await on.code(ADA.email)))).toBe('CHALLENGE_INVALID');
      }
      const users = await on.sql('SELECT first_name, username, metadata FROM nauth_users');
      expect(users).toHaveLength(1);
      expect(JSON.stringify(users)).not.toMatch(/Eve|role/);
    });

    it('stays with its owner when somebody else tries after them', async () => {
      await start({ verificationMethod: 'email' });
      const owner = await on.auth.signup(ADA);
      const attacker = await on.auth.signup(EVIL);
      const code = await on.code(ADA.email);
      expect(await outcome(email(owner.session, code))).toBe('tokens');
      expect(await outcome(email(attacker.session, code))).toBe('VERIFY_ALREADY_VERIFIED');
      expect(await outcome(login(EVIL.password))).toBe('AUTH_INVALID_CREDENTIALS');
      expect(await outcome(login())).toBe('tokens');
    });

    it('RACE-9: is one account, however many sign-ups there are at once, in whatever spelling', async () => {
      await start({ verificationMethod: 'email', emailVerification: { rateLimitMax: 20 } });
      const spellings = [
        'ada@example.com',
        'ADA@example.com',
        ' ada@EXAMPLE.com',
        'Ada@Example.Com ',
        'aDa@example.com',
      ];
      const all = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          outcome(on.auth.signup({ ...ADA, email: spellings[index % 5] })),
        ),
      );
      expect(tally(all)).toEqual({ challenge: 20, RATE_LIMIT_EMAIL: 80 });
      expect(await on.sql('SELECT id FROM nauth_users')).toHaveLength(1);
      expect(await on.sql('SELECT user_id FROM nauth_password_credentials')).toHaveLength(1);
      await eventually(() => on.messages(ADA.email).length > 0);
      expect(on.messages(ADA.email)).toHaveLength(1);
    });
  });

  describe('by phone', () => {
    it('wants a number at sign-up, and lets nobody hold one that is not theirs', async () => {
      await start({ verificationMethod: 'phone' });
      expect(await outcome(on.auth.signup(ADA))).toBe('SIGNUP_PHONE_REQUIRED');
      await on.auth.signup({ ...ADA, email: 'squatter@example.com', phone: PHONE });
      on.now.offset = MINUTE;
      const { session, challengeName } = await on.auth.signup({ ...ADA, phone: PHONE });
      expect(challengeName).toBe('VERIFY_PHONE');
      const done = await phone(session, await on.code(PHONE, 2));
      expect(done.user).toMatchObject({ phone: PHONE, isPhoneVerified: true, isEmailVerified: false });
    });

    it('tells only whoever has proved a number that another account has it', async () => {
      await start({ verificationMethod: 'phone' });
      const { session } = await on.auth.signup({ ...ADA, phone: PHONE });
      expect(await outcome(phone(session, await on.code(PHONE)))).toBe('tokens');
      const second = await on.auth.signup({ ...ADA, email: 'eve@example.com', phone: PHONE });
      expect(second.challengeName).toBe('VERIFY_PHONE');
      expect(await outcome(phone(second.session, await on.code(PHONE, 2)))).toBe('SIGNUP_PHONE_EXISTS');
      const users = await on.sql(`SELECT id FROM nauth_users WHERE phone = '${PHONE}'`);
      expect(users).toHaveLength(1);
    });
  });
});
