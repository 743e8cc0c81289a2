import { describe, expect, it } from 'vitest';
import { expectError, member, visitor, type Topic } from '../support/world';

const guarded = [
  ['GET', '/auth/profile'],
  ['PUT', '/auth/profile'],
  ['GET', '/auth/sessions'],
  ['DELETE', '/auth/sessions/x'],
  ['POST', '/auth/logout'],
  ['POST', '/auth/logout/all'],
] as const;

export const guardsTopic: Topic = (world) =>
  describe('guards', () => {
    it.each(guarded)('refuse %s %s without a token', async (method, path) => {
      const sending = method === 'PUT' || method === 'POST' ? { json: { sub: 'x', userId: 'x' } } : {};
      expectError(await visitor(world).call(method, path, sending), 401, 'AUTH_TOKEN_MISSING');
    });

    it('guard HEAD as they guard GET', async () => {
      const { visitor: who } = await member(world);
      expect((await visitor(world).call('HEAD', '/auth/profile')).status).toBe(401);
      const answer = await who.call('HEAD', '/auth/profile');
      expect([answer.status, answer.text]).toEqual([200, '']);
    });

    it('let everybody into a public route, with a user only for a good token', async () => {
      const { visitor: who } = await member(world);
      const { sub } = (await who.profile()).body;
      expect((await who.call('GET', '/public')).body).toEqual({ user: sub });
      expect((await visitor(world).call('GET', '/public')).body).toEqual({ user: null });
      const bad =
        who.style === 'native' ? { authorization: 'Bearer a.b.c' } : { cookie: 'nauth_access_token=a.b.c' };
      const answer = await visitor(world).agent.send('GET', '/public', { headers: bad });
      expect([answer.status, answer.body]).toEqual([200, { user: null }]);
      expect((await visitor(world).call('GET', '/bare')).body).toEqual({ bare: true });
    });

    it.each(['%', '', 'a.b.c', 'x'.repeat(9000), 'a b', '🎫'])('refuse the token %j', async (token) => {
      const headers = { authorization: Buffer.from(`Bearer ${token}`).toString('latin1') };
      const native = world.delivery === 'cookies' ? 'AUTH_BEARER_NOT_ALLOWED' : 'AUTH_TOKEN_INVALID';
      const answer = await visitor(world).agent.send('GET', '/auth/profile', { headers });
      expectError(answer, 401, native);
    });

    it('never look for a token in the URL', async () => {
      const { visitor: who } = await member(world);
      const token = await who.accessToken();
      const path = `/auth/profile?access_token=${token}&token=${token}&nauth_access_token=${token}`;
      expectError(await visitor(world).agent.send('GET', path), 401, 'AUTH_TOKEN_MISSING');
    });

    it('cannot be passed by another spelling of the path', async () => {
      const { visitor: who } = await member(world);
      for (const path of [
        '/auth//profile',
        '//auth/profile',
        '/AUTH/profile',
        '/auth/profile;x',
        '/auth/%70rofile',
      ]) {
        const answer = await visitor(world).call('GET', path);
        expect([path, [401, 404].includes(answer.status)]).toEqual([path, true]);
      }
      const posts = ['/auth//login', '//auth/login', '/AUTH/LOGIN', '/auth/login;x'];
      for (const path of posts) {
        // Express takes upper and lower case for the same unless told otherwise: then it is the same handler.
        const { status } = await visitor(world).call('POST', path, { json: {} });
        expect([path, [400, 404].includes(status)]).toEqual([path, true]);
      }
      expect((await who.profile()).status).toBe(200);
    });

    it('ignore headers that would change the method', async () => {
      const { visitor: who } = await member(world);
      const headers = { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' };
      expect((await who.call('GET', '/auth/profile', { headers })).status).toBe(200);
      expect((await who.profile()).status).toBe(200);
    });

    it('take one look at the database', async () => {
      const { visitor: who } = await member(world);
      const seen: number[] = [];
      for (let turn = 0; turn < 15; turn += 1) {
        await world.server().stats();
        expect((await who.profile()).status).toBe(200);
        const { queries, hashes } = await world.server().stats();
        expect(hashes).toBe(0);
        seen.push(queries);
      }
      // Now and then the server tidies up meanwhile, and more often while the machine is slow.
      expect(Math.min(...seen)).toBeLessThanOrEqual(1);
      expect(seen.filter((queries) => queries > 1).length).toBeLessThanOrEqual(3);
    });
  });
