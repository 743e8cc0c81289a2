import { describe, expect, it } from 'vitest';
import type { TrustedDeviceInfo } from '../../../lib/contracts';
import { expectError, member, moveClock, PASSWORD, visitor, type Topic } from '../support/world';

const DAY_MS = 86_400_000;

export const trustedDevicesTopic: Topic = (world) => {
  const trust = (who: ReturnType<typeof visitor>) => who.call('POST', '/auth/trust-device', { json: {} });
  const isTrusted = async (who: ReturnType<typeof visitor>) =>
    (await who.call('GET', '/auth/is-trusted-device')).body.trusted;
  const list = async (who: ReturnType<typeof visitor>) =>
    (await who.call('GET', '/auth/trusted-devices')).body.trustedDevices as TrustedDeviceInfo[];

  describe('trusted devices', () => {
    it('are trusted under another token, which travels as the tokens do (R088)', async () => {
      const { visitor: who, email } = await member(world);
      const before = await who.deviceToken();
      expect(await isTrusted(who)).toBe(false);
      const answer = await trust(who);
      expect(answer.status).toBe(200);
      const cookies = answer.setCookies.map(({ key }) => key);
      if (who.style === 'native') expect([Object.keys(answer.body), cookies]).toEqual([['deviceToken'], []]);
      else expect([answer.body, cookies]).toEqual([{}, ['nauth_device_token']]);
      expect(await who.deviceToken()).not.toBe(before);
      expect(await isTrusted(who)).toBe(true);

      const login = await who.login(email, PASSWORD);
      expect([login.status, login.body.trusted, login.body.deviceToken]).toEqual([200, true, undefined]);
      const elsewhere = visitor(world);
      expect((await elsewhere.login(email, PASSWORD)).body.trusted).toBeUndefined();
      const old = visitor(world);
      await old.adoptDeviceToken(before ?? '');
      expect((await old.login(email, PASSWORD)).body.trusted).toBeUndefined();
      // They skip the second factor, never the first.
      expectError(await who.login(email, 'wrong'), 401, 'AUTH_INVALID_CREDENTIALS');
    });

    it('are listed and revoked by their user alone', async () => {
      const [{ visitor: ada }, { visitor: bob }] = [await member(world), await member(world)];
      await trust(ada);
      const [device, ...others] = await list(ada);
      expect(others).toEqual([]);
      expect(Object.keys(device ?? {}).sort()).toEqual(
        [
          ...['browser', 'createdAt', 'deviceId', 'deviceName', 'deviceType', 'id', 'ipAddress'],
          ...['isCurrent', 'lastUsedAt', 'platform', 'trustedUntil'],
        ].sort(),
      );
      expect(device).toMatchObject({ isCurrent: true, ipAddress: '127.0.0.1' });
      const path = `/auth/trusted-devices/${device?.id ?? ''}`;
      expectError(await bob.call('DELETE', path), 404, 'RESOURCE_NOT_FOUND');
      expect(await isTrusted(ada)).toBe(true);
      expect((await ada.call('DELETE', path)).body).toEqual({ success: true });
      expectError(await ada.call('DELETE', path), 404, 'RESOURCE_NOT_FOUND');
      expect([await isTrusted(ada), await list(ada)]).toEqual([false, []]);
      await trust(ada);
      expect((await ada.call('DELETE', '/auth/trusted-devices')).body).toEqual({ revokedCount: 1 });
      expect((await ada.call('DELETE', '/auth/trusted-devices')).body).toEqual({ revokedCount: 0 });
      for (const [method, route] of [
        ['POST', 'trust-device'],
        ['GET', 'is-trusted-device'],
        ['GET', 'trusted-devices'],
        ['DELETE', 'trusted-devices'],
        ['DELETE', 'trusted-devices/x'],
      ] as const) {
        expectError(await visitor(world).call(method, `/auth/${route}`), 401, 'AUTH_TOKEN_MISSING');
      }
    });

    it('end with a change of the password, and by themselves after 30 days (R088)', async () => {
      const { visitor: who, email } = await member(world);
      await trust(who);
      const newPassword = 'nine blue lakes in winter';
      await who.call('POST', '/auth/change-password', { json: { oldPassword: PASSWORD, newPassword } });
      expect(await isTrusted(who)).toBe(false);
      expect((await who.login(email, newPassword)).body.trusted).toBeUndefined();
      await trust(who);
      expect((await who.login(email, newPassword)).body.trusted).toBe(true);
      await moveClock(world, 30 * DAY_MS + 1000);
      expect((await who.login(email, newPassword)).body.trusted).toBeUndefined();
    });
  });
};
