import { describe, expect, it } from 'vitest';
import type { Answer } from '../support/user-agent';
import { CSRF_COOKIE, CSRF_HEADER } from '../support/visitor';
import { expectError, member, PASSWORD, signedIn, visitor, type Topic } from '../support/world';

const FOREIGN = [
  'https://evil.example',
  'https://app.example.com.evil.example',
  'https://app.example.com@evil.example',
  'http://app.example.com',
  'https://app.example.com:444',
  'https://APP.example.com.',
  'null',
  '',
];

export const csrfTopic: Topic = (world) =>
  describe('CSRF', () => {
    it('is checked on every unsafe request with cookies, before anything else', async () => {
      const { visitor: who, email } = await member(world);
      const attempts = [
        ['POST', '/auth/refresh'],
        ['POST', '/auth/logout'],
        ['POST', '/auth/logout/all'],
        ['PUT', '/auth/profile'],
        ['DELETE', '/auth/sessions/x'],
        ['POST', '/auth/login'],
        ['POST', '/auth/signup'],
      ] as const;
      for (const [method, path] of attempts) {
        const json = { identifier: email, password: PASSWORD };
        const missing = await who.call(method, path, { json, headers: { [CSRF_HEADER]: undefined } });
        expectError(missing, 403, 'AUTH_CSRF_TOKEN_MISSING');
        expect(missing.setCookies).toEqual([]);
        const wrong = await who.call(method, path, { json, headers: { [CSRF_HEADER]: 'a'.repeat(64) } });
        expectError(wrong, 403, 'AUTH_CSRF_TOKEN_INVALID');
      }
      expect((await who.profile()).status).toBe(200);
    });

    it('needs a token of this very session, in cookie and header', async () => {
      const { visitor: who, email } = await member(world);
      const other = await signedIn(world, email);
      const theirs = await other.agent.cookie(CSRF_COOKIE);
      const own = (await who.agent.cookie(CSRF_COOKIE)) ?? '';
      const attempt = async (cookie: string, header: string): Promise<Answer> => {
        await who.agent.jar.setCookie(`${CSRF_COOKIE}=${cookie}; Path=/`, world.server().url);
        return who.call('PUT', '/auth/profile', { json: {}, headers: { [CSRF_HEADER]: header } });
      };
      const invalid: [string, string][] = [
        ['a'.repeat(64), 'a'.repeat(64)],
        [theirs ?? '', theirs ?? ''],
        [own, theirs ?? ''],
        [own, 'é'.repeat(64).normalize('NFC').replace(/./g, '\u00e9')],
        [own, `${own}x`],
        [`${own}.`, `${own}.`],
      ];
      for (const [cookie, header] of invalid) {
        expectError(await attempt(cookie, header), 403, 'AUTH_CSRF_TOKEN_INVALID');
      }
      expect((await attempt(own, own)).status).toBe(200);
      expect((await attempt(own, encodeURIComponent(own))).status).toBe(200);
    });

    it('tokens of before a login or a logout are worth nothing after it', async () => {
      const { visitor: who, email } = await member(world);
      const before = await who.agent.cookie(CSRF_COOKIE);
      await who.logout();
      await who.login(email, PASSWORD);
      const headers = { [CSRF_HEADER]: before };
      await who.agent.jar.setCookie(`${CSRF_COOKIE}=${before}; Path=/`, world.server().url);
      expectError(
        await who.call('PUT', '/auth/profile', { json: {}, headers }),
        403,
        'AUTH_CSRF_TOKEN_INVALID',
      );
    });

    it('a page that has lost its token gets one with the next request that changes nothing', async () => {
      const { visitor: who } = await member(world);
      await who.agent.jar.setCookie(`${CSRF_COOKIE}=; Path=/; Max-Age=0`, world.server().url);
      const answer = await who.profile();
      expect(answer.setCookies.map(({ key }) => key)).toEqual([CSRF_COOKIE]);
      expect(answer.headers[CSRF_HEADER]).toBe(answer.setCookies[0]?.value);
      expect((await who.call('PUT', '/auth/profile', { json: {} })).status).toBe(200);
    });

    it.each(FOREIGN)('refuses the page %j, also for a login', async (origin) => {
      const { visitor: who, email } = await member(world);
      const change = await who.call('PUT', '/auth/profile', { json: {}, headers: { origin } });
      expectError(change, 403, 'AUTH_CSRF_ORIGIN_REJECTED');
      const login = await visitor(world).call('POST', '/auth/login', {
        json: { identifier: email, password: PASSWORD },
        headers: { origin, 'sec-fetch-site': undefined },
      });
      expectError(login, 403, 'AUTH_CSRF_ORIGIN_REJECTED');
      expect(login.setCookies).toEqual([]);
      expect(login.headers['access-control-allow-origin']).toBeUndefined();
    });

    it('goes by Referer and Sec-Fetch-Site where there is no Origin', async () => {
      const { email } = await member(world);
      const json = { identifier: email, password: PASSWORD };
      const signs = [
        { referer: 'https://evil.example/https://app.example.com/', 'sec-fetch-site': undefined },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ];
      for (const headers of signs) {
        const answer = await visitor(world).call('POST', '/auth/login', { json, headers });
        expectError(answer, 403, 'AUTH_CSRF_ORIGIN_REJECTED');
      }
    });

    it('accepts pages of the allowed origins and of its own', async () => {
      const { email } = await member(world);
      const json = { identifier: email, password: PASSWORD };
      for (const origin of ['https://app.example.com', world.server().url]) {
        const answer = await visitor(world).call('POST', '/auth/login', { json, headers: { origin } });
        expect([origin, answer.status]).toEqual([origin, 200]);
      }
    });
  });
