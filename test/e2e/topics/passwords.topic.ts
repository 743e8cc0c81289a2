import { describe, expect, it } from 'vitest';
import { expectError, uniqueEmail, uniqueName, visitor, type Topic } from '../support/world';

export const passwordsTopic: Topic = (world) =>
  describe('new passwords', () => {
    it.each([
      ['words', 'correct horse battery staple'],
      ['Chinese', '\u5bc6\u7801'.repeat(8)],
      ['8 emoji', '\u{1f511}'.repeat(8)],
      ['64 characters', 'x'.repeat(64)],
      ['128 characters', 'y '.repeat(64)],
      ['digits alone', '83519264'],
      ['a space at each end', ' a common word '],
    ])('may be %s: no rules of composition (R002, R006)', async (_name, password) => {
      const email = uniqueEmail();
      expect((await visitor(world).signup({ email, password })).status).toBe(201);
      expect((await visitor(world).login(email, password)).status).toBe(200);
      const shorter = Array.from(password).slice(0, -1).join('');
      expectError(await visitor(world).login(email, shorter), 401, 'AUTH_INVALID_CREDENTIALS');
    });

    it('are the same in every spelling of a letter (R007)', async () => {
      const email = uniqueEmail();
      const answer = await visitor(world).signup({ email, password: 'caf\u00e9 au lait' });
      expect(answer.status).toBe(201);
      expect((await visitor(world).login(email, 'cafe\u0301 au lait')).status).toBe(200);
    });

    it('are refused when others use them, or when they are made of a name (R003)', async () => {
      const username = uniqueName();
      const email = `of.${username}@example.com`;
      const attempts = [
        ['Password1234567', ['COMMON']],
        ['QWERTYUIOP', ['COMMON']],
        ['nauthshop2026', ['USER_INFO']],
        ['Nauth Shop', ['USER_INFO']],
        [`of.${username}${'!'.repeat(20)}`, ['USER_INFO']],
        [`${username.toUpperCase()}2026`, ['USER_INFO']],
        ['Lovelace 1815', ['USER_INFO']],
        ['1234567', ['TOO_SHORT']],
      ] as const;
      for (const [password, reasons] of attempts) {
        const answer = await visitor(world).signup({
          email,
          username,
          password,
          firstName: 'Ada',
          lastName: 'Lovelace',
        });
        expectError(answer, 400, 'SIGNUP_WEAK_PASSWORD');
        expect(answer.setCookies).toEqual([]);
        const details = answer.body.details as { errors: string[]; reasons: string[] };
        expect([password, details.reasons]).toEqual([password, reasons]);
        expect(details.errors).toHaveLength(reasons.length);
      }
      // Nothing was kept of those: the names are free.
      const password = `${username} and the analytical engine`;
      expect((await visitor(world).signup({ email, username, password })).status).toBe(201);
    });

    it('cost no hash when they are refused (R006)', async () => {
      await world.server().stats();
      for (const password of ['Password1234567', 'short', 'x'.repeat(129), 'z'.repeat(4096)]) {
        expect((await visitor(world).signup({ email: uniqueEmail(), password })).status).toBe(400);
      }
      expect((await world.server().stats()).hashes).toBe(0);
    });
  });
