import { describe, expect, it } from 'vitest';
import type { Answer } from '../support/user-agent';
import type { Visitor } from '../support/visitor';
import {
  expectError,
  expectRefused,
  member,
  moveClock,
  PASSWORD,
  signedIn,
  uniqueEmail,
  uniqueName,
  uniquePhone,
  visitor,
  type Topic,
} from '../support/world';

const NEW = 'nine blue lakes in spring';
const LIFE_SECONDS = 900;
const RESET_INVALID = 'PASSWORD_RESET_CODE_INVALID';
const MAX_REQUESTS = 3;
const MAX_ATTEMPTS = 5;

/** Everything that a client sees of an answer, but for what depends on when it was given, and for what it typed itself. */
function visible({ status, headers, text, setCookies }: Answer): object {
  const others = { ...headers, date: '', etag: '', 'content-length': '' };
  if (others['retry-after'] !== undefined) others['retry-after'] = '<seconds>';
  const same = text
    .replace(/"timestamp":"[^"]*"/, '')
    .replace(/"destination":"[^"]*"/, '"destination":""')
    .replace(/"retryAfter":\d+/, '"retryAfter":"<seconds>"');
  return { status, headers: others, text: same, cookies: setCookies.length };
}

export const passwordResetTopic: Topic = (world) => {
  const send = (path: string, json: object, who: Visitor = visitor(world)): Promise<Answer> =>
    who.call('POST', `/auth${path}`, { json });
  const request = (identifier: unknown, extra: object = {}) =>
    send('/forgot-password', { identifier, ...extra });
  const confirm = (identifier: string, code: unknown, newPassword: unknown = NEW) =>
    send('/forgot-password/confirm', { identifier, code, newPassword });
  const login = async (email: string, password: string) =>
    (await visitor(world).login(email, password)).status;

  /** What strangers can do to any account. */
  async function lockOut(email: string): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) await login(email, 'a guess');
    expect(await login(email, PASSWORD)).toBe(429);
  }

  /** The newest code that the account was sent. */
  async function codeFor(email: string, identifier: string = email) {
    expect((await request(identifier)).status).toBe(200);
    const { code, link, text } = await world.server().message(email, (message) => message.code !== null);
    return { code: code ?? '', link: link ?? '', text };
  }

  describe('forgotten password', () => {
    it('is replaced by the code of a message, and everything else ends (R117, R121)', async () => {
      const { visitor: who, email } = await member(world);
      const other = await signedIn(world, email);
      const asked = await request(` ${email.toUpperCase()} `);
      expect([asked.status, asked.body]).toEqual([
        200,
        {
          success: true,
          destination: `${email.slice(0, 1)}***@e***.com`,
          deliveryMedium: 'email',
          expiresIn: LIFE_SECONDS,
        },
      ]);
      const message = await world.server().message(email, ({ code }) => code !== null);
      const code = message.code ?? '';
      expect(code).toMatch(/^\d{6}$/);
      expect(asked.text).not.toContain(code);
      const done = await confirm(email, code);
      expect([done.status, done.body]).toEqual([200, { success: true, mustChangePassword: false }]);
      // Nobody is signed in by it.
      expect(done.setCookies).toEqual([]);
      for (const session of [who, other]) {
        // A browser loses its cookies with the first refusal.
        expectError(await session.refresh(), 401, 'AUTH_SESSION_NOT_FOUND');
        expect((await session.profile()).status).toBe(401);
      }
      expect([await login(email, PASSWORD), await login(email, NEW)]).toEqual([401, 200]);
      expectError(await confirm(email, code, 'another password'), 400, 'PASSWORD_RESET_CODE_INVALID');
      const notice = await world.server().message(email, ({ subject }) => /changed/i.test(subject ?? ''));
      expect(notice.text).not.toContain(NEW);
    });

    it('lets its owner in at once, also at a client that nobody knows, whoever has locked the account (R023)', async () => {
      const { visitor: owner, email } = await member(world);
      await lockOut(email);
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) await owner.login(email, 'a guess');
      expect((await owner.login(email, PASSWORD)).status).toBe(429);
      const { code } = await codeFor(email);
      expectError(await confirm(email, code === '000000' ? '000001' : '000000'), 400, RESET_INVALID);
      expect(await login(email, PASSWORD)).toBe(429);
      expect((await confirm(email, code)).status).toBe(200);
      expect([await login(email, NEW), (await owner.login(email, NEW)).status]).toEqual([200, 200]);
    });

    it('is replaced by the link, which the configuration alone decides on (R120)', async () => {
      const { email } = await member(world);
      const who = visitor(world);
      const headers = {
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'http',
        forwarded: 'host=evil.example',
      };
      expect(
        (await who.call('POST', '/auth/forgot-password', { json: { identifier: email }, headers })).status,
      ).toBe(200);
      const { link, text } = await world.server().message(email, (message) => message.link !== null);
      expect(text).not.toContain('evil.example');
      const url = new URL(link ?? '');
      expect(`${url.origin}${url.pathname}${url.search}`).toBe('https://app.example.com/reset');
      const carried = new URLSearchParams(url.hash.slice(1));
      expect(carried.get('identifier')).toBe(email);
      expect((await confirm(email, carried.get('code'))).status).toBe(200);
      expect(await login(email, NEW)).toBe(200);
    });

    it('goes to the address of the account, whatever it is called by, and to nobody else (R119)', async () => {
      const [username, phone] = [uniqueName(), uniquePhone()];
      const { email } = await member(world, { username, phone });
      const answer = await request(username);
      expect(answer.body).toEqual({ success: true, expiresIn: 600 });
      const { code } = await world.server().message(email, (message) => message.code !== null);
      expect((await confirm(phone, code)).status).toBe(200);
      expectError(await request(email, { baseUrl: 'https://evil.example' }), 400, 'VALIDATION_FAILED');
      for (const bad of [`${email},evil@example.com`, `${email}\r\nbcc: evil@example.com`]) {
        expect([200, 400]).toContain((await request(bad)).status);
      }
      await expect(world.server().message('evil@example.com', undefined, 300)).rejects.toThrow(
        'no such message',
      );
    });

    it('answers alike for known and unknown names, with the same limits (R016, R017)', async () => {
      const [username, unknownName] = [uniqueName(), uniqueName()];
      const { email } = await member(world, { username });
      const sequences: object[][] = [];
      for (const pair of [
        [email, uniqueEmail()],
        [username, unknownName],
      ] as const) {
        if (pair[0] === username) await moveClock(world, 3601_000);
        const [known, unknown] = pair;
        for (const identifier of [known, unknown]) {
          const seen: object[] = [];
          await world.server().stats();
          for (let count = 0; count <= MAX_REQUESTS; count += 1) {
            const answer = await request(identifier);
            expect(answer.status).toBe(count < MAX_REQUESTS ? 200 : 429);
            if (count === MAX_REQUESTS) expectError(answer, 429, 'RATE_LIMIT_PASSWORD_RESET');
            const retry = Number(answer.headers['retry-after'] ?? 3600);
            expect(retry).toBeGreaterThan(3500);
            seen.push(visible(answer));
          }
          for (const [code, expected] of [
            ['000000', 'PASSWORD_RESET_CODE_INVALID'],
            ['111111', 'PASSWORD_RESET_CODE_INVALID'],
            ['222222', 'PASSWORD_RESET_CODE_INVALID'],
            ['333333', 'PASSWORD_RESET_MAX_ATTEMPTS'],
          ] as const) {
            const answer = await confirm(identifier, code);
            expect(answer.body.code).toBe(expected);
            const retry = Number(answer.headers['retry-after'] ?? LIFE_SECONDS);
            expect([retry > LIFE_SECONDS / 2, retry <= LIFE_SECONDS]).toEqual([true, true]);
            seen.push(visible(answer));
          }
          seen.push({ hashes: (await world.server().stats()).hashes });
          sequences.push(seen);
        }
      }
      expect(sequences[1]).toEqual(sequences[0]);
      expect(sequences[3]).toEqual(sequences[2]);
      expect(sequences[0]?.at(-1)).toEqual({ hashes: 0 });
    });

    it('counts the tries of a code, and ends it in time', async () => {
      const { email } = await member(world);
      const first = await codeFor(email);
      const wrong = first.code === '000000' ? '000001' : '000000';
      for (let attempt = 0; attempt < 3; attempt += 1) {
        expectError(await confirm(email, wrong), 400, 'PASSWORD_RESET_CODE_INVALID');
      }
      const refusal = await confirm(email, first.code);
      expectRefused(refusal, LIFE_SECONDS, 'PASSWORD_RESET_MAX_ATTEMPTS');
      expect(Number(refusal.headers['retry-after'])).toBeGreaterThan(LIFE_SECONDS / 2);
      expect((await request(email)).status).toBe(200);
      const second = await world.server().message(email, ({ code }) => code !== null && code !== first.code);
      await moveClock(world, (LIFE_SECONDS + 1) * 1000);
      expectError(await confirm(email, second.code), 400, 'PASSWORD_RESET_CODE_EXPIRED');
      expect(await login(email, PASSWORD)).toBe(200);
    });

    it('takes no code that is none, and nothing is hashed for it (R118)', async () => {
      const { email } = await member(world);
      const { code } = await codeFor(email);
      await world.server().stats();
      for (const bad of [
        '',
        '   ',
        null,
        undefined,
        0,
        Number(code),
        true,
        [code],
        { code },
        'x'.repeat(65),
      ]) {
        expectError(await confirm(email, bad), 400, 'VALIDATION_FAILED');
      }
      expectError(
        await send('/reset-password/confirm', { identifier: email, code, newPassword: NEW }),
        400,
        'PASSWORD_RESET_CODE_INVALID',
      );
      expect((await world.server().stats()).hashes).toBe(0);
      expect((await confirm(email, code)).status).toBe(200);
    });

    it('has the policy of every password, and the code stays good until one is taken', async () => {
      const { email } = await member(world, { lastName: 'Lovelace' });
      const { code } = await codeFor(email);
      for (const password of ['1234567', 'Password1234567', 'Lovelace 1815', 'nauthshop2026']) {
        expectError(await confirm(email, code, password), 400, 'VALIDATION_INVALID_PASSWORD');
      }
      expectError(await confirm(email, code, PASSWORD), 400, 'PASSWORD_REUSED');
      expectError(await confirm(email, code, 'x'.repeat(129)), 400, 'VALIDATION_FAILED');
      expect((await confirm(email, code)).status).toBe(200);
    });
  });

  describe('passwords in the hands of an administrator', () => {
    const sub = async (who: Visitor) => (await who.profile()).body.sub as string;

    it('are set, end all sessions, and are changed by their owner at the next login', async () => {
      const { visitor: admin } = await member(world);
      const { visitor: who, email } = await member(world);
      await lockOut(email);
      const answer = await send('/admin/set-password', { sub: await sub(who), newPassword: NEW }, admin);
      expect([answer.status, answer.body]).toEqual([
        200,
        { success: true, mustChangePassword: true, sessionsRevoked: 1 },
      ]);
      expectError(await who.profile(), 401, 'AUTH_SESSION_NOT_FOUND');
      expect(await login(email, PASSWORD)).toBe(401);
      const step = await visitor(world).login(email, NEW);
      expect(step.body.challengeName).toBe('FORCE_CHANGE_PASSWORD');
    });

    it('are reset by a code that only the owner sees', async () => {
      const { visitor: admin } = await member(world);
      const { visitor: who, email } = await member(world);
      await lockOut(email);
      const json = { sub: await sub(who), revokeSessions: true, reason: 'lost phone' };
      const answer = await send('/admin/reset-password/initiate', json, admin);
      expect([answer.status, answer.body]).toEqual([
        200,
        {
          success: true,
          destination: `${email.slice(0, 1)}***@e***.com`,
          deliveryMedium: 'email',
          expiresIn: 3600,
          sessionsRevoked: 1,
        },
      ]);
      expectError(await who.profile(), 401, 'AUTH_SESSION_NOT_FOUND');
      const { code } = await world.server().message(email, (message) => message.code !== null);
      expect(answer.text).not.toContain(code ?? '-');
      expectError(await confirm(email, code), 400, 'PASSWORD_RESET_CODE_INVALID');
      const done = await send('/reset-password/confirm', { identifier: email, code, newPassword: NEW });
      expect([done.status, done.body]).toEqual([200, { success: true }]);
      expect([await login(email, PASSWORD), await login(email, NEW)]).toEqual([401, 200]);
    });

    it('are demanded anew, and answer unknown users and odd bodies with a code', async () => {
      const { visitor: admin } = await member(world);
      const { visitor: who, email } = await member(world);
      const id = await sub(who);
      const none = '00000000-0000-4000-8000-000000000000';
      expect((await send(`/admin/users/${id}/force-password-change`, {}, admin)).body).toEqual({
        success: true,
      });
      expect((await who.profile()).status).toBe(200);
      expect((await visitor(world).login(email, PASSWORD)).body.challengeName).toBe('FORCE_CHANGE_PASSWORD');
      for (const path of [`/admin/users/${none}/force-password-change`, '/admin/reset-password/initiate']) {
        const body = path.endsWith('initiate') ? { sub: none } : {};
        expectError(await send(path, body, admin), 404, 'RESOURCE_NOT_FOUND');
      }
      for (const extra of [{ revokeSessions: false }, { mustChangePassword: 'no' }, { newPassword: 5 }]) {
        const json = { sub: id, newPassword: NEW, ...extra };
        expectError(await send('/admin/set-password', json, admin), 400, 'VALIDATION_FAILED');
      }
      const poisoned = { sub: id, baseUrl: 'https://evil.example' };
      expectError(await send('/admin/reset-password/initiate', poisoned, admin), 400, 'VALIDATION_FAILED');
      expectError(
        await send('/admin/set-password', { sub: id, newPassword: NEW }),
        401,
        'AUTH_TOKEN_MISSING',
      );
    });
  });

  describe('every way to set a password', () => {
    type Way = (password: string) => Promise<{ email: string; answer: Answer }>;
    const ways: Record<string, Way> = {
      'sign-up': async (password) => {
        const email = uniqueEmail();
        return { email, answer: await send('/signup', { email, password }) };
      },
      change: async (newPassword) => {
        const { visitor: who, email } = await member(world);
        return { email, answer: await send('/change-password', { oldPassword: PASSWORD, newPassword }, who) };
      },
      reset: async (newPassword) => {
        const { email } = await member(world);
        const { code } = await codeFor(email);
        return { email, answer: await confirm(email, code, newPassword) };
      },
      'administrator sets it': async (newPassword) => {
        const { visitor: admin } = await member(world);
        const { visitor: who, email } = await member(world);
        const { sub } = (await who.profile()).body;
        const json = { sub, newPassword, mustChangePassword: false };
        return { email, answer: await send('/admin/set-password', json, admin) };
      },
      'administrator resets it': async (newPassword) => {
        const { visitor: admin } = await member(world);
        const { visitor: who, email } = await member(world);
        const { sub } = (await who.profile()).body;
        await send('/admin/reset-password/initiate', { sub }, admin);
        const { code } = await world.server().message(email, (message) => message.code !== null);
        const json = { identifier: email, code, newPassword };
        return { email, answer: await send('/reset-password/confirm', json) };
      },
      'forced change': async (newPassword) => {
        const { visitor: admin } = await member(world);
        const { visitor: who, email } = await member(world);
        const { sub } = (await who.profile()).body;
        await send(`/admin/users/${String(sub)}/force-password-change`, {}, admin);
        const next = visitor(world);
        const { session } = (await next.login(email, PASSWORD)).body;
        const json = { session, type: 'FORCE_CHANGE_PASSWORD', newPassword };
        return { email, answer: await send('/respond-challenge', json, next) };
      },
    };

    describe.each(Object.keys(ways))('%s', (name) => {
      const way = ways[name] as Way;

      it('refuses what is short, common, made of names or too long (R001, R003, R006)', async () => {
        for (const [password, code] of [
          ['1234567', 'TOO_SHORT'],
          ['\u{1f511}'.repeat(7), 'TOO_SHORT'],
          ['Password1234567', 'COMMON'],
          ['nauthshop2026', 'USER_INFO'],
        ] as const) {
          const { answer } = await way(password);
          expect([password, answer.status]).toEqual([password, 400]);
          expect((answer.body.details as { reasons: string[] }).reasons).toEqual([code]);
        }
        expectError((await way('x'.repeat(129))).answer, 400, 'VALIDATION_FAILED');
        expectError((await way('lone \ud800 half of a pair')).answer, 400, 'VALIDATION_FAILED');
      });

      it.each([
        // Taken, and another spelling that is the same or is not.
        ['the whole of a long one', `${'k'.repeat(80)}a`, `${'k'.repeat(80)}b`, 401],
        ['what comes after NUL', 'nine lakes\u0000one', 'nine lakes\u0000two', 401],
        ['spaces at the ends', ' nine lakes and a boat ', 'nine lakes and a boat', 401],
        ['every spelling of a letter', 'caf\u00e9 au lait', 'cafe\u0301 au lait', 200],
        ['every width of a letter', '\uff4eine lakes', 'nine lakes', 200],
        [
          '64 characters and more, of any kind',
          '\u{1f511}\u5bc6 '.repeat(42),
          '\u{1f511}\u5bc6 '.repeat(41),
          401,
        ],
      ])('keeps %s (R002, R005, R007)', async (_name, password, other, status) => {
        const { email, answer } = await way(password);
        expect([answer.status, answer.body.code]).toEqual([name === 'sign-up' ? 201 : 200, undefined]);
        expect([await login(email, other), await login(email, password)]).toEqual([status, 200]);
      });
    });
  });
};
