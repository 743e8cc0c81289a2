import { describe, expect, it } from 'vitest';
import type { Answer } from '../support/user-agent';
import {
  expectError,
  expectTokens,
  member,
  moveClock,
  PASSWORD,
  uniqueEmail,
  uniqueName,
  uniquePhone,
  visitor,
  type Topic,
} from '../support/world';

const MAX_ATTEMPTS = 5;
const LOCK_SECONDS = 900;

/** Everything that a client sees of an answer, but for when it was given, which is in the tag of its body too. */
function visible({ status, headers, text }: Answer): object {
  const others = { ...headers, date: '', etag: '' };
  return { status, headers: others, text: text.replace(/"timestamp":"[^"]*"/, '"timestamp":""') };
}

export const loginTopic: Topic = (world) =>
  describe('login', () => {
    it('takes e-mail address, user name and phone number, in any spelling', async () => {
      const [username, phone] = [uniqueName(), uniquePhone()];
      const { email } = await member(world, { username, phone });
      for (const identifier of [email, ` ${email.toUpperCase()} `, username, username.toUpperCase(), phone]) {
        const who = visitor(world);
        const answer = await who.login(identifier, PASSWORD);
        expect([identifier, answer.status]).toEqual([identifier, 200]);
        await expectTokens(who, answer);
        expect((answer.body.user as { email: string }).email).toBe(email);
      }
    });

    it('answers an unknown name and a wrong password alike, for the same work', async () => {
      const { email } = await member(world);
      const seen: object[] = [];
      for (const identifier of [email, uniqueEmail(), uniqueName(), uniquePhone()]) {
        await world.server().stats();
        const answer = await visitor(world).login(identifier, 'not the password');
        expectError(answer, 401, 'AUTH_INVALID_CREDENTIALS');
        expect(answer.setCookies).toEqual([]);
        seen.push({ ...visible(answer), hashes: (await world.server().stats()).hashes });
      }
      expect(seen[0]).toMatchObject({ hashes: 1 });
      for (const other of seen.slice(1)) expect(other).toEqual(seen[0]);
    });

    it('hashes once for a right password too', async () => {
      const { email } = await member(world);
      await world.server().stats();
      expect((await visitor(world).login(email, PASSWORD)).status).toBe(200);
      expect((await world.server().stats()).hashes).toBe(1);
    });

    it('compares every character of a password', async () => {
      const who = visitor(world);
      const email = uniqueEmail();
      const long = 'a b c '.repeat(14);
      expect((await who.signup({ email, password: `${long}X` })).status).toBe(201);
      for (const near of [`${long}Y`, `${long}x`, long, `${long}X `]) {
        expectError(await visitor(world).login(email, near), 401, 'AUTH_INVALID_CREDENTIALS');
      }
      expect((await visitor(world).login(email, `${long}X`)).status).toBe(200);
    });

    it('locks known and unknown names alike, the right password included, and only for a time', async () => {
      const { email } = await member(world);
      const sequences: unknown[] = [];
      for (const identifier of [email, uniqueEmail()]) {
        const sequence: unknown[] = [];
        for (let attempt = 0; attempt <= MAX_ATTEMPTS; attempt += 1) {
          const { status, body } = await visitor(world).login(identifier, `wrong ${attempt}`);
          sequence.push([status, body.code]);
        }
        sequences.push(sequence);
        await world.server().stats();
        const locked = await visitor(world).login(identifier, PASSWORD);
        expectError(locked, 429, 'RATE_LIMIT_LOGIN');
        expect(locked.headers['retry-after']).toMatch(/^\d+$/);
        const seconds = Number(locked.headers['retry-after']);
        expect(seconds).toBeGreaterThan(LOCK_SECONDS - 30);
        expect(seconds).toBeLessThanOrEqual(LOCK_SECONDS);
        expect((await world.server().stats()).hashes).toBe(0);
      }
      expect(sequences[1]).toEqual(sequences[0]);
      expect(sequences[0]).toEqual([
        ...Array.from({ length: MAX_ATTEMPTS }, () => [401, 'AUTH_INVALID_CREDENTIALS']),
        [429, 'RATE_LIMIT_LOGIN'],
      ]);
      await moveClock(world, (LOCK_SECONDS + 1) * 1000);
      expect((await visitor(world).login(email, PASSWORD)).status).toBe(200);
    });

    it('refuses bodies that are none', async () => {
      const wrong: unknown[] = [
        {},
        [],
        { identifier: 1, password: PASSWORD },
        { identifier: ['a'], password: {} },
      ];
      for (const json of wrong) {
        expectError(await visitor(world).call('POST', '/auth/login', { json }), 400, 'VALIDATION_FAILED');
      }
      const form = {
        raw: 'identifier=a&password=b',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      };
      expectError(await visitor(world).call('POST', '/auth/login', form), 415, 'UNSUPPORTED_MEDIA_TYPE');
    });
  });
