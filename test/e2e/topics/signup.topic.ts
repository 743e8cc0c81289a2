import { describe, expect, it } from 'vitest';
import {
  expectError,
  expectTokens,
  member,
  PASSWORD,
  uniqueEmail,
  uniqueName,
  uniquePhone,
  visitor,
  type Topic,
} from '../support/world';

export const signupTopic: Topic = (world) =>
  describe('sign-up', () => {
    it('answers 201 with the user and the tokens', async () => {
      const who = visitor(world);
      const email = uniqueEmail();
      const answer = await who.signup({ email: email.toUpperCase(), password: PASSWORD, firstName: ' Ada ' });
      expect(answer.status).toBe(201);
      await expectTokens(who, answer);
      const { sub, ...user } = answer.body.user as Record<string, unknown>;
      expect(sub).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(user).toEqual({
        email,
        firstName: 'Ada',
        lastName: null,
        phone: null,
        isEmailVerified: false,
        isPhoneVerified: false,
        socialProviders: [],
        hasPasswordHash: true,
      });
      expect(answer.body.authMethod).toBe('password');
      expect((await who.profile()).body.sub).toBe(sub);
    });

    it('refuses what is taken, in any spelling, and sets no cookie', async () => {
      const taken = { username: uniqueName(), phone: uniquePhone() };
      const { email } = await member(world, taken);
      const attempts = [
        [{ email: email.toUpperCase() }, 'SIGNUP_EMAIL_EXISTS'],
        [{ email: uniqueEmail(), username: taken.username.toUpperCase() }, 'SIGNUP_USERNAME_EXISTS'],
        [
          { email: uniqueEmail(), phone: taken.phone.replace(/^\+1(\d{3})/, '+1 ($1) ') },
          'SIGNUP_PHONE_EXISTS',
        ],
      ] as const;
      for (const [fields, code] of attempts) {
        const answer = await visitor(world).signup({ password: PASSWORD, ...fields });
        expectError(answer, 409, code);
        expect(answer.setCookies).toEqual([]);
      }
    });

    it('names every field that is wrong', async () => {
      const wrong = { email: 'nobody', password: 1, firstName: ['x'], role: 'admin', __proto__: null };
      const answer = await visitor(world).signup(wrong);
      expectError(answer, 400, 'VALIDATION_FAILED');
      const { fields } = answer.body.details as { fields: Record<string, unknown> };
      expect(Object.keys(fields).sort()).toEqual(['email', 'firstName', 'password', 'role']);
      const empty = await visitor(world).signup({});
      expectError(empty, 400, 'VALIDATION_FAILED');
      const missing = (empty.body.details as { fields: Record<string, unknown> }).fields;
      expect(Object.keys(missing).sort()).toEqual(['email', 'password']);
    });

    it.each(['short', '\u00e9'.repeat(7), 'e\u0301'.repeat(7)])(
      'refuses the weak password %j',
      async (password) => {
        expectError(
          await visitor(world).signup({ email: uniqueEmail(), password }),
          400,
          'SIGNUP_WEAK_PASSWORD',
        );
      },
    );
  });
