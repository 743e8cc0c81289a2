import { describe, expect, it } from 'vitest';
import type { Mailbox } from '../support/mailbox';
import type { Answer } from '../support/user-agent';
import type { Visitor } from '../support/visitor';
import {
  expectError,
  expectTokens,
  moveClock,
  PASSWORD,
  uniqueEmail,
  uniquePhone,
  visitor,
} from '../support/world';
import type { World } from '../support/world';

const MINUTE = 60_000;
/** Of every answer, and no news about the account. */
const PLAIN_HEADERS = new Set(['date', 'content-length', 'etag', 'connection', 'keep-alive']);

/** Sign-up that proves addresses. For servers with `verificationMethod` both. */
export function verificationTopic(world: World, mailbox: () => Mailbox): void {
  describe('verification', () => {
    const respond = (who: Visitor, after: Answer, answer: object): Promise<Answer> =>
      who.call('POST', '/auth/respond-challenge', {
        json: { session: after.body.session, type: after.body.challengeName, ...answer },
      });
    const resend = (who: Visitor, after: Answer): Promise<Answer> =>
      who.call('POST', '/auth/challenge/resend', { json: { session: after.body.session } });
    const wrong = (code: string): string => (code === '000000' ? '111111' : '000000');

    function expectChallenge(
      answer: Answer,
      status: number,
      challengeName: string,
      parameters: object,
    ): void {
      expect([answer.status, answer.body.challengeName, answer.body.challengeParameters]).toEqual([
        status,
        challengeName,
        parameters,
      ]);
      expect(answer.body.session).toMatch(/^[\w-]{43}$/);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.setCookies).toEqual([]);
    }

    it('leads from sign-up over address and number to tokens', async () => {
      const who = visitor(world);
      const [email, phone] = [uniqueEmail(), uniquePhone()];
      const first = await who.signup({ email, password: PASSWORD, phone });
      const hint = 'u***@e***.com';
      expectChallenge(first, 201, 'VERIFY_EMAIL', { email: hint, codeDeliveryDestination: hint });
      expect((await who.profile()).status).toBe(401);
      const { code, link } = await mailbox().code(email);
      expect(link).toMatch(/^https:\/\/app\.example\.com\/verify#code=[\w-]{43}$/);
      expectError(await respond(who, first, { code: wrong(code) }), 400, 'VERIFY_CODE_INVALID');
      const second = await respond(who, first, { code });
      const number = `***${phone.slice(-2)}`;
      expectChallenge(second, 200, 'VERIFY_PHONE', { phone: number, codeDeliveryDestination: number });
      const done = await respond(who, second, { code: (await mailbox().code(phone)).code });
      expect(done.status).toBe(200);
      await expectTokens(who, done);
      expect(done.body.user).toMatchObject({ email, phone, isEmailVerified: true, isPhoneVerified: true });
      expect((await who.profile()).body).toMatchObject({ isEmailVerified: true, isPhoneVerified: true });
      for (const spent of [first, second]) {
        expectError(await respond(who, spent, { code }), 400, 'CHALLENGE_INVALID');
      }
    });

    it('asks for a number, and takes what the link carries, but not from another kind of client', async () => {
      const who = visitor(world);
      const [email, phone] = [uniqueEmail(), uniquePhone()];
      const first = await who.signup({ email, password: PASSWORD });
      const code = (await mailbox().code(email)).link?.slice(-43);
      // What a scanner of mails may do changes nothing (R063).
      expect((await who.call('GET', `/auth/respond-challenge?code=${code}`)).status).toBe(404);
      const second = await respond(who, first, { code });
      expectChallenge(second, 200, 'VERIFY_PHONE', { requiresPhoneCollection: 'true' });
      expectError(await respond(who, second, { phone: '0660 123' }), 400, 'VALIDATION_INVALID_PHONE');
      const third = await respond(who, second, { phone });
      expect(third.body.challengeName).toBe('VERIFY_PHONE');
      await expectTokens(who, await respond(who, third, { code: (await mailbox().code(phone)).code }));
    });

    it.each([123456, ['123456'], { $ne: '' }, null, true])('takes no code like %j (R073)', async (code) => {
      const who = visitor(world);
      const first = await who.signup({ email: uniqueEmail(), password: PASSWORD });
      expectError(await respond(who, first, { code }), 400, 'VALIDATION_FAILED');
    });

    it('sends again after a pause', async () => {
      const who = visitor(world);
      const email = uniqueEmail();
      const first = await who.signup({ email, password: PASSWORD });
      const early = await resend(who, first);
      expectError(early, 429, 'RATE_LIMIT_RESEND');
      expect(Number(early.headers['retry-after'])).toBeGreaterThan(0);
      const { code } = await mailbox().code(email);
      await moveClock(world, MINUTE);
      const sent = await resend(who, first);
      expect([sent.status, sent.body]).toEqual([200, { destination: 'u***@e***.com' }]);
      await mailboxChanges(email, code);
      expect(
        (await respond(who, first, { code: (await mailbox().code(email)).code })).body.challengeName,
      ).toBe('VERIFY_PHONE');
    });

    /** Two codes are alike once in a million times, which is not worth a longer wait. */
    async function mailboxChanges(email: string, earlier: string): Promise<void> {
      await expect
        .poll(async () => (await mailbox().code(email)).code, { timeout: 15_000 })
        .not.toBe(earlier);
    }

    it('tells neither by a sign-up, nor by what follows, whether an address is taken (R015, R017)', async () => {
      const owner = visitor(world);
      const taken = uniqueEmail();
      const first = await owner.signup({ email: taken, password: PASSWORD });
      await respond(owner, first, { code: (await mailbox().code(taken)).code });
      // The pause after the first message is over, so that neither address has had one a moment ago.
      await moveClock(world, 2 * MINUTE);
      const seen = [];
      for (const email of [taken, uniqueEmail()]) {
        const who = visitor(world);
        await world.server().stats();
        const answer = await who.signup({ email, password: PASSWORD });
        const { hashes } = await world.server().stats();
        const steps = [answer, await resend(who, answer)];
        for (let round = 0; round < 4; round += 1) steps.push(await respond(who, answer, { code: '000000' }));
        seen.push({ hashes, steps: steps.map(shapeOf) });
      }
      expect(seen[0]).toEqual(seen[1]);
      expect(seen[0]?.hashes).toBe(1);
      await mailbox().notice(taken);
    });

    it('of a login wants the right password, and says nothing of the account before', async () => {
      const email = uniqueEmail();
      await visitor(world).signup({ email, password: PASSWORD });
      const refused = [];
      for (const identifier of [email, uniqueEmail()]) {
        await world.server().stats();
        const answer = await visitor(world).login(identifier, 'not the password at all');
        refused.push({ ...shapeOf(answer), hashes: (await world.server().stats()).hashes });
      }
      expect(refused[0]).toEqual(refused[1]);
      expect(refused[0]).toMatchObject({ status: 401, hashes: 1 });
      const who = visitor(world);
      const login = await who.login(email, PASSWORD);
      expect([login.status, login.body.challengeName]).toEqual([200, 'VERIFY_EMAIL']);
    });

    it('gives an address to whoever proves it, whatever was signed up with it before (R012, R111)', async () => {
      const email = uniqueEmail();
      const attacker = visitor(world);
      const early = await attacker.signup({ email, password: 'chosen by somebody else 1', firstName: 'Eve' });
      const owner = visitor(world);
      const first = await owner.signup({ email, password: PASSWORD, firstName: 'Ada' });
      const { code } = await mailbox().code(email);
      const second = await respond(owner, first, { code });
      expect(second.body.challengeName).toBe('VERIFY_PHONE');
      expectError(await respond(attacker, early, { code }), 400, 'CHALLENGE_INVALID');
      expectError(
        await visitor(world).login(email, 'chosen by somebody else 1'),
        401,
        'AUTH_INVALID_CREDENTIALS',
      );
      expect((await visitor(world).login(email, PASSWORD)).status).toBe(200);
    });
  });
}

/** All that a client can compare of two answers. */
function shapeOf({ status, body, headers, setCookies }: Answer): object {
  const masked = JSON.stringify(body, (key, value: unknown) =>
    ['session', 'timestamp', 'retryAfter'].includes(key) ? typeof value : value,
  );
  const names = Object.keys(headers).filter((name) => !PLAIN_HEADERS.has(name));
  return { status, body: masked, headers: names.sort(), cookies: setCookies.length };
}
