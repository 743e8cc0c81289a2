import { describe, expect, it } from 'vitest';
import {
  expectError,
  expectTokens,
  member,
  moveClock,
  PASSWORD,
  signedIn,
  uniqueEmail,
  visitor,
  type Topic,
} from '../support/world';

const MAX_ATTEMPTS = 5;
const DAY_MS = 86_400_000;
const EXPIRY_DAYS = 700;
const NEW = 'nine blue lakes in spring';

/** A password that may be set, and one that is as good as it and differs from it in one thing. */
const SIGNIFICANT: readonly [name: string, password: string, other: string][] = [
  ['the 73rd byte and those behind it', `${'k'.repeat(80)}a`, `${'k'.repeat(80)}b`],
  ['what comes after NUL', 'nine lakes\u0000one', 'nine lakes\u0000two'],
  ['spaces at the ends', ' nine lakes and a boat ', 'nine lakes and a boat'],
  ['case', 'nine lakes and a boat', 'Nine lakes and a boat'],
  ['the last emoji', '\u{1f511}'.repeat(8), '\u{1f511}'.repeat(7)],
];

export const passwordChangeTopic: Topic = (world) => {
  const change = (who: ReturnType<typeof visitor>, oldPassword: string, newPassword: unknown) =>
    who.call('POST', '/auth/change-password', { json: { oldPassword, newPassword } });

  describe('change of the password', () => {
    it('goes on with new tokens under another id and ends all other sessions (R121, R122)', async () => {
      const { visitor: who, email } = await member(world);
      const other = await signedIn(world, email);
      const before = { access: await who.accessToken(), refresh: await who.refreshToken() };
      const [, session] = (await who.sessions()).map(({ sessionId }) => sessionId);
      const answer = await change(who, PASSWORD, NEW);
      expect([answer.status, answer.body.success]).toEqual([200, true]);
      await expectTokens(who, answer, false);
      expect(await who.accessToken()).not.toBe(before.access);
      expect(await who.refreshToken()).not.toBe(before.refresh);

      // A browser loses its cookies with the first refusal.
      expectError(await other.refresh(), 401, 'AUTH_SESSION_NOT_FOUND');
      expect((await other.profile()).status).toBe(401);
      const [now, ...more] = await who.sessions();
      expect([now?.isCurrent, more]).toEqual([true, []]);
      expect(now?.sessionId).not.toBe(session);
      expect((await who.profile()).status).toBe(200);
      expect((await who.refresh()).status).toBe(200);
      expect((await who.profile()).status).toBe(200);

      const late = visitor(world);
      expect((await late.login(email, NEW)).status).toBe(200);
      await late.adoptRefreshToken(before.refresh ?? '');
      // In a browser the token for CSRF, which is bound to the session, gives the stranger away first.
      if (late.style === 'native') expectError(await late.refresh(), 401, 'AUTH_SESSION_NOT_FOUND');
      else expectError(await late.refresh(), 403, 'AUTH_CSRF_TOKEN_INVALID');
      expectError(await visitor(world).login(email, PASSWORD), 401, 'AUTH_INVALID_CREDENTIALS');
      expect((await visitor(world).login(email, NEW)).status).toBe(200);
    });

    it('keeps the end, the name and the device of the session', async () => {
      const { email } = await member(world);
      const who = visitor(world);
      await who.login(email, PASSWORD, { deviceName: 'kitchen radio' });
      const [before] = await who.sessions();
      await change(who, PASSWORD, NEW);
      const [after] = await who.sessions();
      expect({ ...after, sessionId: '', lastActivityAt: '' }).toEqual({
        ...before,
        sessionId: '',
        lastActivityAt: '',
      });
    });

    it('tells the owner', async () => {
      const { visitor: who, email } = await member(world);
      expect((await change(who, PASSWORD, NEW)).status).toBe(200);
      const notice = await world.server().message(email, ({ subject }) => /password/i.test(subject ?? ''));
      expect(notice.to).toBe(email);
      expect(notice.text).toContain('127.0.0.1');
      expect(notice.text).not.toContain(NEW);
    });

    it('asks for the present password, counted with those of logins (R020)', async () => {
      const { visitor: who, email } = await member(world);
      for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
        expectError(await change(who, `wrong ${attempt}`, NEW), 400, 'PASSWORD_INCORRECT');
      }
      // The same client at the login: one count for both.
      expectError(await who.login(email, 'wrong again'), 401, 'AUTH_INVALID_CREDENTIALS');
      await world.server().stats();
      const locked = await change(who, PASSWORD, NEW);
      expectError(locked, 429, 'RATE_LIMIT_LOGIN');
      expect(locked.headers['retry-after']).toMatch(/^\d+$/);
      expect((await world.server().stats()).hashes).toBe(0);
      // The session is not touched by that.
      expect((await who.profile()).status).toBe(200);
    });

    it('has the same policy as a sign-up, and changes nothing where it is broken (R001, R003, R006)', async () => {
      const { visitor: who, email } = await member(world, { firstName: 'Ada', lastName: 'Lovelace' });
      for (const [password, reason] of [
        ['1234567', 'TOO_SHORT'],
        ['Password1234567', 'COMMON'],
        ['Lovelace 1815', 'USER_INFO'],
        ['nauthshop2026', 'USER_INFO'],
      ] as const) {
        const answer = await change(who, PASSWORD, password);
        expectError(answer, 400, 'VALIDATION_INVALID_PASSWORD');
        expect((answer.body.details as { reasons: string[] }).reasons).toEqual([reason]);
        expect(answer.setCookies).toEqual([]);
      }
      expectError(await change(who, PASSWORD, PASSWORD), 400, 'PASSWORD_REUSED');
      await world.server().stats();
      for (const bad of [
        'x'.repeat(129),
        'z'.repeat(4096),
        'lone \ud800 half of a pair',
        '',
        5,
        null,
        ['a'],
      ]) {
        expectError(await change(who, PASSWORD, bad), 400, 'VALIDATION_FAILED');
      }
      expect((await world.server().stats()).hashes).toBe(0);
      expect((await who.profile()).status).toBe(200);
      expect((await visitor(world).login(email, PASSWORD)).status).toBe(200);
    });

    it('does not take one of the last passwords again', async () => {
      const { visitor: who } = await member(world);
      expect((await change(who, PASSWORD, NEW)).status).toBe(200);
      expectError(await change(who, NEW, PASSWORD), 400, 'PASSWORD_REUSED');
      expect((await change(who, NEW, `${NEW} 2`)).status).toBe(200);
      expect((await change(who, `${NEW} 2`, `${NEW} 3`)).status).toBe(200);
      expect((await change(who, `${NEW} 3`, PASSWORD)).status).toBe(200);
    });

    it.each(SIGNIFICANT)('keeps %s (R005)', async (_name, password, other) => {
      const { visitor: who, email } = await member(world);
      expect((await change(who, PASSWORD, password)).status).toBe(200);
      expect((await visitor(world).login(email, other)).status).toBe(401);
      expect((await visitor(world).login(email, password)).status).toBe(200);
    });

    it('takes every spelling of a letter for the same one (R007)', async () => {
      const { visitor: who, email } = await member(world);
      expect((await change(who, PASSWORD, 'caf\u00e9 au lait')).status).toBe(200);
      expect((await visitor(world).login(email, 'cafe\u0301 au lait')).status).toBe(200);
      expect((await change(who, 'cafe\u0301 au lait', NEW)).status).toBe(200);
    });

    it('needs a session', async () => {
      expectError(await change(visitor(world), PASSWORD, NEW), 401, 'AUTH_TOKEN_MISSING');
    });
  });

  describe('a password that has to be changed', () => {
    it('stands between the login and its tokens, and is settled by another one (FORCE_CHANGE_PASSWORD)', async () => {
      const { email } = await member(world, { firstName: 'Ada', lastName: 'Lovelace' });
      await moveClock(world, (EXPIRY_DAYS + 1) * DAY_MS);
      const [who, rival] = [visitor(world), visitor(world)];
      const challenge = await who.login(email, PASSWORD);
      expect(challenge.status).toBe(200);
      expect(challenge.setCookies).toEqual([]);
      expect(challenge.body).toEqual({
        challengeName: 'FORCE_CHANGE_PASSWORD',
        session: expect.any(String),
        challengeParameters: { instructions: expect.any(String) },
        sub: expect.any(String),
      });
      const stale = await rival.login(email, PASSWORD);
      const answer = (made: typeof challenge, newPassword?: unknown) =>
        who.call('POST', '/auth/respond-challenge', {
          json: { session: made.body.session, type: 'FORCE_CHANGE_PASSWORD', newPassword },
        });
      expectError(await answer(challenge, PASSWORD), 400, 'PASSWORD_REUSED');
      expectError(await answer(challenge, 'Lovelace 1815'), 400, 'VALIDATION_INVALID_PASSWORD');
      const done = await answer(challenge, NEW);
      expect(done.status).toBe(200);
      await expectTokens(who, done);
      expect((await who.profile()).status).toBe(200);
      // Sign-ins that were under way with the former password are void.
      expectError(await answer(stale, 'yet another password'), 400, 'CHALLENGE_INVALID');
      expectError(await visitor(world).login(email, PASSWORD), 401, 'AUTH_INVALID_CREDENTIALS');
      const again = await visitor(world).login(email, NEW);
      expect([again.status, again.body.challengeName]).toEqual([200, undefined]);
    });

    it('asks for a password as the answer, and for no more than three answers', async () => {
      const email = uniqueEmail();
      expect((await visitor(world).signup({ email, password: PASSWORD })).status).toBe(201);
      await moveClock(world, (EXPIRY_DAYS + 1) * DAY_MS);
      const who = visitor(world);
      const { session } = (await who.login(email, PASSWORD)).body;
      const answer = (extra: object) =>
        who.call('POST', '/auth/respond-challenge', {
          json: { session, type: 'FORCE_CHANGE_PASSWORD', ...extra },
        });
      expectError(await answer({}), 400, 'VALIDATION_FAILED');
      expectError(await answer({ code: '123456' }), 400, 'VALIDATION_FAILED');
      expectError(await answer({ newPassword: 'x'.repeat(129) }), 400, 'VALIDATION_FAILED');
      expectError(await answer({ newPassword: NEW }), 429, 'CHALLENGE_MAX_ATTEMPTS');
    });
  });
};
