import { describe, expect, it } from 'vitest';
import { GRACE_SECONDS } from '../support/server-file';
import type { Answer } from '../support/user-agent';
import type { Visitor } from '../support/visitor';
import {
  expectError,
  expectTokens,
  member,
  moveClock,
  signedIn,
  visitor,
  type Topic,
  type World,
} from '../support/world';

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;

/** The refresh token that the client holds; it must hold one. */
async function held(who: Visitor): Promise<string> {
  const token = await who.refreshToken();
  expect(token).toBeTypeOf('string');
  return token ?? '';
}

/** A refresh that must succeed; the token that it gave. */
async function refreshed(who: Visitor): Promise<string> {
  const answer = await who.refresh();
  expect([answer.status, answer.body.code]).toEqual([200, undefined]);
  await expectTokens(who, answer, false);
  return held(who);
}

/** A refused refresh takes the cookies of a browser along. */
async function expectRefused(who: Visitor, code: string, status = 401): Promise<Answer> {
  const answer = await who.refresh();
  expectError(answer, status, code);
  if (who.style === 'browser') expect(await who.sessionCookies()).toEqual([]);
  else expect(answer.setCookies).toEqual([]);
  return answer;
}

/** A copy of the client as it was, for instance in the hands of a thief: token and all that goes with it. */
async function copyOf(world: World, who: Visitor, token: string): Promise<Visitor> {
  const copy = visitor(world);
  for (const cookie of (await who.agent.jar.serialize()).cookies) {
    if (cookie.key === 'nauth_refresh_token') continue;
    const path = typeof cookie.path === 'string' ? cookie.path : '/';
    await copy.agent.jar.setCookie(
      `${String(cookie.key)}=${String(cookie.value)}; Path=${path}`,
      world.server().url,
    );
  }
  await copy.adoptRefreshToken(token);
  return copy;
}

export const refreshTopic: Topic = (world) =>
  describe('refresh', () => {
    it('gives new tokens each time, and the session goes on', async () => {
      const { visitor: who } = await member(world);
      const seen = [await held(who)];
      for (let turn = 0; turn < 3; turn += 1) seen.push(await refreshed(who));
      expect(new Set(seen).size).toBe(4);
      expect((await who.profile()).status).toBe(200);
      expect(await who.sessionIds()).toHaveLength(1);
    });

    it('answers the spent parent with the same successor for a while', async () => {
      const { visitor: who } = await member(world);
      const parent = await held(who);
      const successor = await refreshed(who);
      const again = await copyOf(world, who, parent);
      expect(await refreshed(again)).toBe(successor);
      // What is left of the while has to do for four requests on a machine that may stand still.
      await moveClock(world, 0.75 * GRACE_SECONDS * SECOND);
      const late = await copyOf(world, who, parent);
      expect(await refreshed(late)).toBe(successor);
      expect(await refreshed(who)).not.toBe(successor);
    });

    it('ends the session when a spent token comes after that while', async () => {
      const { visitor: who, email } = await member(world);
      const parent = await held(who);
      await refreshed(who);
      const other = await signedIn(world, email);
      await moveClock(world, (GRACE_SECONDS + 1) * SECOND);
      await expectRefused(await copyOf(world, who, parent), 'AUTH_TOKEN_REUSE_DETECTED');
      expectError(await who.profile(), 401, 'AUTH_SESSION_NOT_FOUND');
      if (who.style === 'native') await expectRefused(who, 'AUTH_SESSION_NOT_FOUND');
      expect((await other.profile()).status).toBe(200);
    });

    it('ends the session at once when a grandparent comes', async () => {
      const { visitor: who } = await member(world);
      const first = await held(who);
      await refreshed(who);
      await refreshed(who);
      await expectRefused(await copyOf(world, who, first), 'AUTH_TOKEN_REUSE_DETECTED');
      expectError(await who.profile(), 401, 'AUTH_SESSION_NOT_FOUND');
    });

    it('refuses a token that has expired', async () => {
      const { visitor: who } = await member(world);
      await moveClock(world, 7 * DAY - 60 * SECOND);
      await refreshed(who);
      await moveClock(world, 14 * DAY);
      await expectRefused(who, 'AUTH_SESSION_EXPIRED');
      const { visitor: other } = await member(world);
      await moveClock(world, 21 * DAY + SECOND);
      await expectRefused(other, 'AUTH_TOKEN_EXPIRED');
    });

    it('never passes the absolute end of the session', async () => {
      const { visitor: who } = await member(world);
      await moveClock(world, 5 * DAY);
      const answer = await who.refresh();
      expect(answer.status).toBe(200);
      expect(remainingSeconds(answer, 5 * DAY)).toBeLessThanOrEqual((5 * DAY) / SECOND);
      await moveClock(world, 10 * DAY - 60 * SECOND);
      await refreshed(who);
      await moveClock(world, 10 * DAY + SECOND);
      await expectRefused(who, 'AUTH_SESSION_EXPIRED');
    });

    it('refuses what is no token of a live session', async () => {
      const who = visitor(world);
      expectError(await who.refresh(), 401, 'AUTH_TOKEN_MISSING');
      const { visitor: owner } = await member(world);
      const token = await held(owner);
      const [payload = '', mac = ''] = token.split('.');
      const forged = `${payload}.${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`;
      for (const wrong of ['x', `${payload}.`, forged, (await owner.accessToken()) ?? '']) {
        const thief = await copyOf(world, owner, wrong);
        const answer = await thief.refresh();
        // A browser's forged token names no session that its CSRF token fits.
        expect([401, 403]).toContain(answer.status);
      }
      expect(await refreshed(owner)).not.toBe(token);
      await owner.logout();
      await owner.adoptRefreshToken(token);
      expectError(await owner.refresh(), ...gone(owner));
    });

    it('takes a token only the way it was delivered', async () => {
      const { visitor: who } = await member(world);
      const token = await held(who);
      const other = visitor(world);
      if (who.style === 'native') {
        const answer = await other.agent.send('POST', '/auth/refresh', {
          json: {},
          headers: { cookie: `nauth_refresh_token=${token}` },
        });
        expect([401, 403]).toContain(answer.status);
      } else {
        const answer = await other.agent.send('POST', '/auth/refresh', { json: { refreshToken: token } });
        expectError(answer, 401, 'AUTH_TOKEN_INVALID');
      }
      await refreshed(who);
    });
  });

/** How long the new refresh token lives, by what the client is told. */
function remainingSeconds({ body, setCookies }: Answer, offsetMs: number): number {
  const cookie = setCookies.find(({ key }) => key === 'nauth_refresh_token');
  if (cookie) return Number(cookie.maxAge);
  return Number(body.refreshTokenExpiresAt) - Math.floor((Date.now() + offsetMs) / SECOND);
}

/** After a logout a browser has no CSRF token either, which is asked for first. */
function gone(who: Visitor): [number, string] {
  return who.style === 'native' ? [401, 'AUTH_SESSION_NOT_FOUND'] : [403, 'AUTH_CSRF_TOKEN_MISSING'];
}
