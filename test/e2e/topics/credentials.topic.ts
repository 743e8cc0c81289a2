import { describe, expect, it } from 'vitest';
import { ACCESS_COOKIE, BrowserVisitor, NativeVisitor } from '../support/visitor';
import { expectError, member, PASSWORD, visitor, type Topic } from '../support/world';

/** Which credentials count depends on the delivery mode. */
export const credentialsTopic: Topic = (world) =>
  describe('credentials', () => {
    if (world.delivery === 'cookies') {
      it('a bearer token is not allowed where tokens travel in cookies', async () => {
        const { visitor: who } = await member(world);
        const headers = { authorization: `Bearer ${await who.accessToken()}` };
        const alone = await visitor(world).agent.send('GET', '/auth/profile', { headers });
        expectError(alone, 401, 'AUTH_BEARER_NOT_ALLOWED');
        expectError(await who.call('GET', '/auth/profile', { headers }), 401, 'AUTH_BEARER_NOT_ALLOWED');
        const unsafe = { ...headers, 'x-csrf-token': undefined };
        const change = await who.call('PUT', '/auth/profile', { json: {}, headers: unsafe });
        expectError(change, 403, 'AUTH_CSRF_TOKEN_MISSING');
      });
    }

    if (world.delivery === 'json') {
      it('a cookie is not allowed where tokens travel in JSON', async () => {
        const { visitor: who } = await member(world);
        const headers = { cookie: `${ACCESS_COOKIE}=${await who.accessToken()}` };
        const alone = await visitor(world).agent.send('GET', '/auth/profile', { headers });
        expectError(alone, 401, 'AUTH_COOKIES_NOT_ALLOWED');
        expect((await who.call('GET', '/auth/profile', { headers })).status).toBe(200);
      });

      it('nothing sets a cookie or asks for a CSRF token', async () => {
        const { email } = await member(world);
        const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
        const json = { identifier: email, password: PASSWORD };
        const answer = await visitor(world).call('POST', '/auth/login', { json, headers });
        expect([answer.status, answer.setCookies]).toEqual([200, []]);
      });
    }

    if (world.delivery === 'hybrid') {
      it('each client gets its tokens in its own way', async () => {
        const { email } = await member(world);
        const { url } = world.server();
        const [native, browser] = [new NativeVisitor(url), new BrowserVisitor(url)];
        const inBody = await native.login(email, PASSWORD);
        expect([typeof inBody.body.accessToken, inBody.setCookies]).toEqual(['string', []]);
        const inCookies = await browser.login(email, PASSWORD);
        expect([inCookies.body.accessToken, inCookies.setCookies.length]).toEqual([undefined, 4]);
        expect((await native.profile()).text).toBe((await browser.profile()).text);
        native.agent.close();
        browser.agent.close();
      });

      it('with a bearer token the cookies beside it do not count', async () => {
        const { visitor: who } = await member(world);
        const token = await who.accessToken();
        const headers = {
          authorization: `Bearer ${token}`,
          cookie: `${ACCESS_COOKIE}=x; ${ACCESS_COOKIE}=y`,
        };
        const answer = await visitor(world).agent.send('PUT', '/auth/profile', { json: {}, headers });
        expect(answer.status).toBe(200);
        const bad = { ...headers, authorization: 'Bearer a.b.c', cookie: `${ACCESS_COOKIE}=${token}` };
        expectError(
          await visitor(world).agent.send('GET', '/auth/profile', { headers: bad }),
          401,
          'AUTH_TOKEN_INVALID',
        );
      });
    }

    it('two Authorization headers are none', async () => {
      const { visitor: who } = await member(world);
      const token = await who.accessToken();
      const headers = { authorization: [`Bearer ${token}`, `Bearer ${token}`] };
      const answer = await visitor(world).agent.send('GET', '/auth/profile', { headers });
      expect(answer.status).toBe(401);
    });
  });
