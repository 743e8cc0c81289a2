import { describe, expect, it } from 'vitest';
import {
  ACCESS_COOKIE,
  BrowserVisitor,
  CSRF_COOKIE,
  CSRF_HEADER,
  DEVICE_COOKIE,
  REFRESH_COOKIE,
} from '../support/visitor';
import { expectError, member, PASSWORD, visitor, type Topic } from '../support/world';

const ACCESS_SECONDS = 900;
const REFRESH_SECONDS = 7 * 24 * 3600;
const DEVICE_SECONDS = 180 * 24 * 3600;

/** For browsers; what others see of cookies is in the topic of credentials. */
export const cookiesTopic: Topic = (world) =>
  describe('cookies', () => {
    it('have the attributes that keep them in', async () => {
      const { visitor: who, email } = await member(world);
      const login = await visitor(world).login(email, PASSWORD);
      for (const answer of [login, await who.refresh()]) {
        const cookies = answer.setCookies.map(
          ({ key, path, domain, secure, httpOnly, sameSite, maxAge, expires }) => ({
            ...{ key, path, domain, secure, httpOnly, sameSite },
            expires: String(expires),
            // A second may begin between the making of a token and that of its cookie.
            maxAge: Math.ceil(Number(maxAge) / 10) * 10,
          }),
        );
        const common = { domain: null, secure: true, sameSite: 'strict', expires: 'Infinity' };
        expect(cookies).toEqual([
          { key: ACCESS_COOKIE, path: '/', httpOnly: true, maxAge: ACCESS_SECONDS, ...common },
          { key: REFRESH_COOKIE, path: '/auth', httpOnly: true, maxAge: REFRESH_SECONDS, ...common },
          { key: CSRF_COOKIE, path: '/', httpOnly: false, maxAge: REFRESH_SECONDS, ...common },
          ...(answer === login
            ? [{ key: DEVICE_COOKIE, path: '/', httpOnly: true, maxAge: DEVICE_SECONDS, ...common }]
            : []),
        ]);
        for (const header of answer.headers['set-cookie'] ?? []) expect(header.length).toBeLessThan(4096);
      }
    });

    it('that come twice are refused', async () => {
      const { visitor: who } = await member(world);
      const [access, refresh] = [await who.accessToken(), await who.refreshToken()];
      const csrf = await who.agent.cookie(CSRF_COOKIE);
      const twice = `${ACCESS_COOKIE}=x; ${ACCESS_COOKIE}=${access}`;
      for (const cookie of [twice, `${ACCESS_COOKIE}=${access}; ${ACCESS_COOKIE}=x`]) {
        const read = await who.agent.send('GET', '/auth/profile', { headers: { cookie } });
        expectError(read, 401, 'AUTH_TOKEN_INVALID');
      }
      const pair = `${ACCESS_COOKIE}=${access}; ${REFRESH_COOKIE}=${refresh}`;
      const attempts = [
        `${twice}; ${REFRESH_COOKIE}=${refresh}; ${CSRF_COOKIE}=${csrf}`,
        `${pair}; ${REFRESH_COOKIE}=${refresh}; ${CSRF_COOKIE}=${csrf}`,
        `${pair}; ${CSRF_COOKIE}=${csrf}; ${CSRF_COOKIE}=x`,
        `${pair}; ${CSRF_COOKIE}=x; ${CSRF_COOKIE}=${csrf}`,
      ];
      for (const cookie of attempts) {
        const headers = { cookie, [CSRF_HEADER]: csrf };
        const answer = await who.agent.send('POST', '/auth/refresh', { json: {}, headers });
        expectError(answer, 403, 'AUTH_CSRF_TOKEN_INVALID');
      }
      expect((await who.refresh()).status).toBe(200);
    });

    it('under a name that only looks alike are other cookies', async () => {
      const { visitor: who } = await member(world);
      const access = await who.accessToken();
      const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
      const alike = [
        utf8(`\u2000${ACCESS_COOKIE}`),
        utf8(`${ACCESS_COOKIE}\u00a0`),
        // One byte each, which parsers that trim take for white space.
        `\u00a0${ACCESS_COOKIE}`,
        `${ACCESS_COOKIE}\u00a0`,
        ACCESS_COOKIE.toUpperCase(),
        ACCESS_COOKIE.replace('_', '%5f'),
        `$Version=1; $${ACCESS_COOKIE}`,
      ];
      for (const name of alike) {
        const cookie = `${name}=${access}`;
        const answer = await who.agent.send('GET', '/auth/profile', { headers: { cookie } });
        expectError(answer, 401, 'AUTH_TOKEN_MISSING');
      }
    });

    it('of before a login are replaced', async () => {
      const { email } = await member(world);
      const who = new BrowserVisitor(world.server().url);
      for (const name of [ACCESS_COOKIE, CSRF_COOKIE]) {
        await who.agent.jar.setCookie(`${name}=planted; Path=/`, world.server().url);
      }
      // The planted pair fits no session, so it is refused; a page without them signs in and gets its own.
      const refused = await who.login(email, PASSWORD);
      expectError(refused, 403, 'AUTH_CSRF_TOKEN_INVALID');
      await who.agent.jar.removeAllCookies();
      await who.agent.jar.setCookie(`${CSRF_COOKIE}=planted; Path=/`, world.server().url);
      expect((await who.login(email, PASSWORD)).status).toBe(200);
      expect(await who.agent.cookie(CSRF_COOKIE)).not.toBe('planted');
      expect((await who.profile()).status).toBe(200);
      who.agent.close();
    });
  });
