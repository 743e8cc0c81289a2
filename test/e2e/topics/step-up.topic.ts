import { describe, expect, it } from 'vitest';
import {
  expectError,
  expectTokens,
  member,
  moveClock,
  PASSWORD,
  visitor,
  type Topic,
} from '../support/world';

const MINUTE_MS = 60_000;

export const stepUpTopic: Topic = (world) => {
  describe('step-up', () => {
    it('renews the proof that a route asks for, under another session id (R067, R084)', async () => {
      const { visitor: who } = await member(world);
      expect((await who.call('GET', '/recent')).body).toEqual({ recent: true });
      await moveClock(world, 6 * MINUTE_MS);
      const refused = await who.call('GET', '/recent');
      expectError(refused, 403, 'AUTH_STEP_UP_REQUIRED');
      expect(refused.body.details).toEqual({ reason: 'too_old', stepUp: { password: true, methods: [] } });
      const [before] = await who.sessionIds();
      expectError(await who.call('POST', '/auth/step-up', { json: {} }), 400, 'VALIDATION_FAILED');
      expectError(
        await who.call('POST', '/auth/step-up', { json: { password: 'wrong' } }),
        400,
        'PASSWORD_INCORRECT',
      );
      expectError(await who.call('GET', '/recent'), 403, 'AUTH_STEP_UP_REQUIRED');
      const old = (await who.refreshToken()) ?? '';
      const answer = await who.call('POST', '/auth/step-up', { json: { password: PASSWORD } });
      expect(answer.status).toBe(200);
      await expectTokens(who, answer, false);
      expect((await who.call('GET', '/recent')).body).toEqual({ recent: true });
      expect(await who.sessionIds()).not.toContain(before);
      if (who.style === 'native') {
        const late = visitor(world);
        await late.adoptRefreshToken(old);
        expectError(await late.refresh(), 401, 'AUTH_SESSION_NOT_FOUND');
      }
      expect((await who.refresh()).status).toBe(200);
    });

    it('is for who is signed in, and trusting a device asks for it too', async () => {
      expectError(await visitor(world).call('GET', '/recent'), 401, 'AUTH_TOKEN_MISSING');
      const nobody = await visitor(world).call('POST', '/auth/step-up', { json: { password: PASSWORD } });
      expectError(nobody, 401, 'AUTH_TOKEN_MISSING');
      const { visitor: who } = await member(world);
      await moveClock(world, 10 * MINUTE_MS);
      await who.refresh();
      await moveClock(world, 16 * MINUTE_MS);
      expectError(await who.call('POST', '/auth/trust-device', { json: {} }), 403, 'AUTH_STEP_UP_REQUIRED');
      await who.call('POST', '/auth/step-up', { json: { password: PASSWORD } });
      expect((await who.call('POST', '/auth/trust-device', { json: {} })).status).toBe(200);
      const unknown = await who.call('POST', '/auth/step-up/challenge-data', { json: { method: 'totp' } });
      expectError(unknown, 400, 'VALIDATION_FAILED');
    });
  });
};
