import { describe, expect, it } from 'vitest';
import { USER_AGENT } from '../support/user-agent';
import { expectError, member, PASSWORD, signedIn, visitor, type Topic } from '../support/world';

const MAX_SESSIONS = 3;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export const sessionsTopic: Topic = (world) =>
  describe('sessions', () => {
    it('lists those of the user, newest first, without secrets', async () => {
      const { visitor: who, email } = await member(world);
      const second = visitor(world);
      await second.login(email, PASSWORD, { deviceName: 'kitchen radio' });
      const answer = await second.call('GET', '/auth/sessions');
      expect(answer.status).toBe(200);
      expect(answer.headers['cache-control']).toBe('no-store');
      const sessions = answer.body.sessions as Record<string, unknown>[];
      expect(sessions.map(({ isCurrent, deviceName }) => [isCurrent, deviceName])).toEqual([
        [true, 'kitchen radio'],
        [false, null],
      ]);
      const time = expect.stringMatching(TIME);
      expect(sessions[0]).toEqual({
        sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        deviceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        deviceName: 'kitchen radio',
        deviceType: 'unknown',
        browser: null,
        platform: null,
        ipAddress: '127.0.0.1',
        ipCountry: 'CH',
        ipCity: 'Zürich',
        userAgent: USER_AGENT,
        authMethod: 'password',
        isCurrent: true,
        createdAt: time,
        lastActivityAt: time,
        expiresAt: time,
      });
      for (const secret of [
        await who.refreshToken(),
        await second.accessToken(),
        await second.deviceToken(),
      ]) {
        expect(answer.text).not.toContain(secret);
      }
    });

    it('ends another of the own sessions, and the current one', async () => {
      const { visitor: who, email } = await member(world);
      const second = await signedIn(world, email);
      const [current = '', first = ''] = await second.sessionIds();
      // Clients send a JSON type on a DELETE without a body.
      const headers = { 'content-type': 'application/json' };
      const ended = await second.call('DELETE', `/auth/sessions/${first}`, { headers });
      expect([ended.status, ended.body]).toEqual([200, { success: true, wasCurrentSession: false }]);
      expectError(await who.profile(), 401, 'AUTH_SESSION_NOT_FOUND');
      expectError(await second.call('DELETE', `/auth/sessions/${first}`), 404, 'RESOURCE_NOT_FOUND');
      const own = await second.call('DELETE', `/auth/sessions/${current}`);
      expect([own.status, own.body]).toEqual([200, { success: true, wasCurrentSession: true }]);
      expect(await second.sessionCookies()).toEqual([]);
      expect((await second.profile()).status).toBe(401);
    });

    it('answers a session of somebody else like one that does not exist', async () => {
      const { visitor: owner } = await member(world);
      const { visitor: stranger } = await member(world);
      const [foreign = ''] = await owner.sessionIds();
      const none = '00000000-0000-4000-8000-000000000000';
      const texts: string[] = [];
      for (const id of [foreign, none, 'x', '%00', 'a%2Fb']) {
        const answer = await stranger.call('DELETE', `/auth/sessions/${id}`);
        expect([id, [404, 400].includes(answer.status)]).toEqual([id, true]);
        texts.push(`${answer.status} ${answer.text.replace(/"timestamp":"[^"]*"/, '')}`);
      }
      expect(texts[0]).toMatch(/^404 /);
      expect(texts[1]).toBe(texts[0]);
      expect((await owner.profile()).status).toBe(200);
    });

    it('ends the oldest when there are too many', async () => {
      const { visitor: first, email } = await member(world);
      const later = [];
      for (let count = 1; count <= MAX_SESSIONS; count += 1) later.push(await signedIn(world, email));
      expectError(await first.profile(), 401, 'AUTH_SESSION_NOT_FOUND');
      for (const who of later) expect((await who.profile()).status).toBe(200);
      expect(await later[0]?.sessionIds()).toHaveLength(MAX_SESSIONS);
    });
  });
