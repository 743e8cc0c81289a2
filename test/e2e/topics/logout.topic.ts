import { describe, expect, it } from 'vitest';
import type { Cookie } from 'tough-cookie';
import { DEVICE_COOKIE } from '../support/visitor';
import { expectError, member, signedIn, visitor, type Topic } from '../support/world';

/** All that decides which cookie a Set-Cookie header means. */
const place = ({ key, path, domain, secure, httpOnly, sameSite }: Cookie): string =>
  JSON.stringify({ key, path, domain, secure, httpOnly, sameSite });

export const logoutTopic: Topic = (world) =>
  describe('logout', () => {
    it('ends the session and leaves no cookie of it', async () => {
      const { visitor: who, email } = await member(world);
      const other = visitor(world);
      const login = await other.login(email, 'correct horse battery staple');
      const token = await other.accessToken();
      const answer = await other.logout();
      expect([answer.status, answer.body]).toEqual([200, { success: true }]);
      expect(await other.sessionCookies()).toEqual([]);
      const ofSession = login.setCookies.filter(({ key }) => key !== DEVICE_COOKIE);
      expect(answer.setCookies.map(place).sort()).toEqual(ofSession.map(place).sort());
      for (const cookie of answer.setCookies) {
        expect([cookie.value, cookie.maxAge, cookie.expires]).toEqual(['', 0, new Date(0)]);
      }
      const headers =
        who.style === 'native'
          ? { authorization: `Bearer ${token}` }
          : { cookie: `nauth_access_token=${token}` };
      expectError(await other.agent.send('GET', '/auth/profile', { headers }), 401, 'AUTH_SESSION_NOT_FOUND');
      expect((await who.profile()).status).toBe(200);
    });

    it('refuses a second time', async () => {
      const { visitor: who } = await member(world);
      expect((await who.logout()).status).toBe(200);
      const again = await who.logout();
      expectError(again, 401, who.style === 'native' ? 'AUTH_SESSION_NOT_FOUND' : 'AUTH_TOKEN_MISSING');
      expectError(await visitor(world).logout(), 401, 'AUTH_TOKEN_MISSING');
    });

    it('by GET, only with a bearer token or for a page of the same origin', async () => {
      const { visitor: who } = await member(world);
      const get = (site: string | undefined) =>
        who.call('GET', '/auth/logout', { headers: { 'sec-fetch-site': site } });
      if (who.style === 'browser') {
        for (const site of ['cross-site', 'same-site', 'none', undefined]) {
          expectError(await get(site), 404, 'RESOURCE_NOT_FOUND');
        }
        const foreign = { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' };
        expectError(await who.call('GET', '/auth/logout', { headers: foreign }), 404, 'RESOURCE_NOT_FOUND');
        expect((await who.profile()).status).toBe(200);
      }
      expect((await get(who.style === 'browser' ? 'same-origin' : undefined)).body).toEqual({
        success: true,
      });
      expect(await who.sessionCookies()).toEqual([]);
      expect((await who.profile()).status).toBe(401);
    });

    it('everywhere: ends all sessions of the user and of nobody else', async () => {
      const { visitor: who, email } = await member(world);
      const second = await signedIn(world, email);
      const { visitor: stranger } = await member(world);
      const answer = await who.call('POST', '/auth/logout/all', { json: { forgetDevices: true } });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ message: expect.any(String), revokedCount: 2 });
      expect(await who.agent.cookieNames()).toEqual([]);
      expectError(await second.profile(), 401, 'AUTH_SESSION_NOT_FOUND');
      expect((await stranger.profile()).status).toBe(200);
    });

    it('checks its input', async () => {
      const { visitor: who } = await member(world);
      const wrong = await who.call('POST', '/auth/logout', { json: { forgetMe: 'maybe' } });
      expectError(wrong, 400, 'VALIDATION_FAILED');
      expect((await who.profile()).status).toBe(200);
      expect((await who.call('POST', '/auth/logout', { json: { forgetMe: true } })).status).toBe(200);
    });
  });
