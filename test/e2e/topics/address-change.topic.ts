import { describe, expect, it } from 'vitest';
import type { OutboxMessage } from '../../hosts/outbox';
import {
  expectError,
  expectRefused,
  member,
  moveClock,
  PASSWORD,
  signedIn,
  uniqueEmail,
  uniquePhone,
  visitor,
  type Topic,
} from '../support/world';
import type { Visitor } from '../support/visitor';

const MINUTE_MS = 60_000;

export const addressChangeTopic: Topic = (world) => {
  const change = (who: Visitor, json: object) => who.call('PUT', '/auth/profile', { json });
  const confirm = (who: Visitor, kind: 'email' | 'phone', code: unknown) =>
    who.call('POST', `/auth/profile/${kind}/confirm`, { json: { code } });
  const codeTo = async (to: string, unlike?: string): Promise<string> => {
    const fits = ({ code }: OutboxMessage) => code !== null && code !== unlike;
    return (await world.server().message(to, fits)).code ?? '';
  };

  describe('change of e-mail address and phone number', () => {
    it('keeps the present address until the new one is proved, and tells the old one (R123)', async () => {
      const { visitor: who, email } = await member(world);
      const wanted = uniqueEmail();
      const asked = await change(who, { email: wanted.toUpperCase(), firstName: 'Ada' });
      expect([asked.status, asked.body.email, asked.body.firstName]).toEqual([200, email, 'Ada']);
      expect(asked.body.pendingEmail).toEqual({ destination: 'u***@e***.com', expiresIn: 600 });
      expect((await visitor(world).login(wanted, PASSWORD)).status).toBe(401);
      expect((await visitor(world).login(email, PASSWORD)).status).toBe(200);

      const other = await signedIn(world, email);
      const done = await confirm(who, 'email', await codeTo(wanted));
      expect([done.status, done.body.email, done.body.isEmailVerified]).toEqual([200, wanted, true]);
      expect(done.headers['cache-control']).toBe('no-store');
      // What another session is told is not older than the change.
      expect((await other.profile()).body).toMatchObject({ email: wanted, isEmailVerified: true });
      expect((await visitor(world).login(email, PASSWORD)).status).toBe(401);
      expect((await visitor(world).login(wanted, PASSWORD)).status).toBe(200);
      const notice = await world.server().message(email, ({ subject }) => /was changed/.test(subject ?? ''));
      expect(notice.text).toContain('u***@e***.com');
      expect(notice.text).not.toContain(wanted);
    });

    it('does the same for a phone number, which also goes', async () => {
      const { visitor: who } = await member(world);
      const phone = uniquePhone();
      const asked = await change(who, { phone });
      expect([asked.status, asked.body.phone]).toEqual([200, null]);
      expect(asked.body.pendingPhone).toEqual({ destination: `***${phone.slice(-2)}`, expiresIn: 300 });
      const done = await confirm(who, 'phone', await codeTo(phone));
      expect([done.status, done.body.phone, done.body.isPhoneVerified]).toEqual([200, phone, true]);
      expect((await visitor(world).login(phone, PASSWORD)).status).toBe(200);
      const removed = await change(who, { phone: null });
      expect([removed.status, removed.body.phone, removed.body.isPhoneVerified]).toEqual([200, null, false]);
      expect((await visitor(world).login(phone, PASSWORD)).status).toBe(401);
    });

    it('lets a code bring in the address that it was sent to, and no other', async () => {
      const { visitor: who, email } = await member(world);
      const [first, second] = [uniqueEmail(), uniqueEmail()];
      expect((await change(who, { email: first })).status).toBe(200);
      const code = await codeTo(first);
      expect((await change(who, { email: second })).status).toBe(200);
      const later = await codeTo(second);
      if (code !== later) expectError(await confirm(who, 'email', code), 400, 'VERIFY_CODE_INVALID');
      expect((await who.profile()).body.email).toBe(email);
      expect((await confirm(who, 'email', later)).body.email).toBe(second);
      expectError(await confirm(who, 'email', later), 400, 'VERIFY_CODE_INVALID');
    });

    it('belongs to the account that asked', async () => {
      const { visitor: who } = await member(world);
      const { visitor: other, email } = await member(world);
      const wanted = uniqueEmail();
      expect((await change(who, { email: wanted })).status).toBe(200);
      expectError(await confirm(other, 'email', await codeTo(wanted)), 400, 'VERIFY_CODE_INVALID');
      expect((await other.profile()).body.email).toBe(email);
      expectError(await confirm(visitor(world), 'email', '123456'), 401, 'AUTH_TOKEN_MISSING');
    });

    it('ends after three wrong codes and with the life of the code', async () => {
      const { visitor: who } = await member(world);
      const wanted = uniqueEmail();
      expect((await change(who, { email: wanted })).status).toBe(200);
      const code = await codeTo(wanted);
      const wrong = code === '000000' ? '000001' : '000000';
      for (let attempt = 0; attempt < 3; attempt += 1) {
        expectError(await confirm(who, 'email', wrong), 400, 'VERIFY_CODE_INVALID');
      }
      const refusal = await confirm(who, 'email', code);
      expectRefused(refusal, 600, 'VERIFY_TOO_MANY_ATTEMPTS');
      expect(Number(refusal.headers['retry-after'])).toBeGreaterThan(300);
      await moveClock(world, MINUTE_MS);
      expect((await change(who, { email: wanted })).status).toBe(200);
      const next = await world.server().message(wanted, (mail) => mail.code !== null && mail.code !== code);
      expect((await confirm(who, 'email', next.code)).status).toBe(200);

      const { visitor: slow } = await member(world);
      const late = uniqueEmail();
      expect((await change(slow, { email: late })).status).toBe(200);
      const old = await codeTo(late);
      await moveClock(world, 11 * MINUTE_MS);
      expectError(await confirm(slow, 'email', old), 400, 'VERIFY_CODE_EXPIRED');
    });

    it('sends no second code to an address within a minute', async () => {
      const { visitor: who } = await member(world);
      const wanted = uniqueEmail();
      expect((await change(who, { email: wanted })).status).toBe(200);
      const again = await change(who, { email: wanted, firstName: 'Eve' });
      expectError(again, 429, 'RATE_LIMIT_RESEND');
      expect(Number(again.headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(again.headers['retry-after'])).toBeLessThanOrEqual(60);
      expect((await who.profile()).body.firstName).toBeNull();
    });

    it('refuses an address that somebody has, also when it was taken meanwhile', async () => {
      const { visitor: who, email } = await member(world);
      const { email: taken } = await member(world);
      expectError(await change(who, { email: taken }), 409, 'SIGNUP_EMAIL_EXISTS');
      const wanted = uniqueEmail();
      expect((await change(who, { email: wanted })).status).toBe(200);
      const code = await codeTo(wanted);
      await member(world, { email: wanted });
      expectError(await confirm(who, 'email', code), 409, 'SIGNUP_EMAIL_EXISTS');
      expect((await who.profile()).body.email).toBe(email);
    });

    it('asks for a fresh session', async () => {
      const { visitor: who } = await member(world);
      await moveClock(world, 20 * MINUTE_MS);
      expect((await who.refresh()).status).toBe(200);
      expectError(await change(who, { email: uniqueEmail() }), 403, 'AUTH_STEP_UP_REQUIRED');
      expectError(await change(who, { phone: null, email: uniqueEmail() }), 403, 'AUTH_STEP_UP_REQUIRED');
      expect((await change(who, { firstName: 'Ada' })).status).toBe(200);
    });

    it('refuses what is no address, and no address at all', async () => {
      const { visitor: who } = await member(world);
      for (const email of [null, '', 'ada', 'a@b.c,d@e.f', ['a@example.com'], 7, {}]) {
        expectError(await change(who, { email }), 400, 'VALIDATION_FAILED');
      }
      for (const phone of ['', '12', '+1 555', ['+12025550199'], 7]) {
        expectError(await change(who, { phone }), 400, 'VALIDATION_FAILED');
      }
      for (const code of [null, '', 123456, ['123456'], { $gt: '' }]) {
        expectError(await confirm(who, 'email', code), 400, 'VALIDATION_FAILED');
      }
      for (const code of ['123456', ' ', '+12345', '1e5', '１２３４５６']) {
        expectError(await confirm(who, 'email', code), 400, 'VERIFY_CODE_INVALID');
      }
    });
  });
};
