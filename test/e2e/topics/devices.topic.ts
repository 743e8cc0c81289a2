import { describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../../lib/contracts';
import { DEVICE_COOKIE, DEVICE_HEADER, type Visitor } from '../support/visitor';
import { expectError, member, moveClock, PASSWORD, signedIn, visitor, type Topic } from '../support/world';

const DAY_MS = 24 * 3600_000;
const TOKEN = /^[\w-]{43}$/;
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
  'Version/17.5 Mobile/15E148 Safari/604.1';
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

/** A sign-in that must succeed; the session that it opened. */
async function signIn(
  who: Visitor,
  email: string,
  headers: Record<string, string> = {},
): Promise<SessionInfo> {
  const json = { identifier: email, password: PASSWORD };
  const answer = await who.call('POST', '/auth/login', { json, headers });
  expect([answer.status, answer.body.code]).toEqual([200, undefined]);
  const current = (await who.sessions()).find(({ isCurrent }) => isCurrent);
  if (!current) throw new Error('the session of a sign-in is not in the list');
  return current;
}

/** What the client sends where its device token goes. */
function presenting(who: Visitor, text: string): Record<string, string> {
  return who.style === 'native' ? { [DEVICE_HEADER]: text } : { cookie: `${DEVICE_COOKIE}=${text}` };
}

async function held(who: Visitor): Promise<string> {
  const token = await who.deviceToken();
  expect(token).toMatch(TOKEN);
  return token ?? '';
}

export const devicesTopic: Topic = (world) =>
  describe('devices', () => {
    it('are known again at the next sign-in, also after a logout', async () => {
      const { visitor: who, email } = await member(world);
      const [first] = await who.sessions();
      const token = await held(who);
      expect((await who.logout()).status).toBe(200);
      const answer = await who.login(email, PASSWORD);
      // A client that brought its token gets no second one; a cookie lives on from here.
      expect(answer.body).not.toHaveProperty('deviceToken');
      const cookies = answer.setCookies.filter(({ key }) => key === DEVICE_COOKIE).map(({ value }) => value);
      expect(cookies).toEqual(who.style === 'browser' ? [token] : []);
      const [second] = await who.sessions();
      expect(second?.deviceId).toBe(first?.deviceId);
      expect(second?.sessionId).not.toBe(first?.sessionId);
      expect((await signIn(visitor(world), email)).deviceId).not.toBe(first?.deviceId);
    });

    it('of one user mean nothing for another (R031)', async () => {
      const { visitor: alice, email: aliceEmail } = await member(world);
      const { email: bobEmail } = await member(world);
      const stolen = await held(alice);
      const [ofAlice] = await alice.sessions();
      const bob = visitor(world);
      await bob.adoptDeviceToken(stolen);
      const ofBob = await signIn(bob, bobEmail);
      expect(ofBob.deviceId).not.toBe(ofAlice?.deviceId);
      expect(await held(bob)).not.toBe(stolen);
      await bob.call('POST', '/auth/logout', { json: { forgetMe: true } });
      expect((await signIn(alice, aliceEmail)).deviceId).toBe(ofAlice?.deviceId);
    });

    it('are forgotten on demand, one or all of the user', async () => {
      const { visitor: who, email } = await member(world);
      const other = await signedIn(world, email);
      const [first, token] = [(await who.sessions())[1]?.deviceId, await held(who)];
      const otherDevice = (await other.sessions())[0]?.deviceId;
      expect((await who.call('POST', '/auth/logout', { json: { forgetMe: true } })).status).toBe(200);
      expect(await who.agent.cookieNames()).toEqual([]);
      await who.adoptDeviceToken(token);
      expect((await signIn(who, email)).deviceId).not.toBe(first);
      expect((await signIn(other, email)).deviceId).toBe(otherDevice);
      const all = await who.call('POST', '/auth/logout/all', { json: { forgetDevices: true } });
      expect(all.status).toBe(200);
      expect((await signIn(other, email)).deviceId).not.toBe(otherDevice);
    });

    it('stay when all sessions end without a word of them', async () => {
      const { visitor: who, email } = await member(world);
      const [first] = await who.sessions();
      expect((await who.call('POST', '/auth/logout/all', { json: {} })).status).toBe(200);
      expect((await signIn(who, email)).deviceId).toBe(first?.deviceId);
    });

    it('are forgotten after half a year without a sign-in', async () => {
      const { visitor: who, email } = await member(world);
      const [first] = await who.sessions();
      await moveClock(world, 179 * DAY_MS);
      expect((await signIn(who, email)).deviceId).toBe(first?.deviceId);
      await moveClock(world, 358 * DAY_MS);
      expect((await signIn(who, email)).deviceId).toBe(first?.deviceId);
      await moveClock(world, (358 + 181) * DAY_MS);
      expect((await signIn(who, email)).deviceId).not.toBe(first?.deviceId);
    });

    it('are only read where the delivery of tokens puts them', async () => {
      const { visitor: who, email } = await member(world);
      const [first] = await who.sessions();
      const token = await held(who);
      const astray: Record<string, string> =
        who.style === 'native' ? { cookie: `${DEVICE_COOKIE}=${token}` } : { [DEVICE_HEADER]: token };
      const stranger = visitor(world);
      expect((await signIn(stranger, email, astray)).deviceId).not.toBe(first?.deviceId);
    });

    it('are not named by anything but one token', async () => {
      const { visitor: who, email } = await member(world);
      const token = await held(who);
      const [first] = await who.sessions();
      const other = await held(await signedIn(world, email));
      const twice =
        who.style === 'native'
          ? [`${token}, ${other}`]
          : [`${token}; ${DEVICE_COOKIE}=${other}`, `"${token}`];
      for (const text of [
        ...['../../../../etc/passwd', 'null', 'x', `${token}x`, token.slice(1), ` ${token.slice(1)}`, '%00'],
        ...['{"$ne":null}', "' OR '1'='1", 'A'.repeat(6000), `${token.slice(0, 42)}B`, '\u00e9'.repeat(43)],
        ...twice,
      ]) {
        const stranger = visitor(world);
        const session = await signIn(stranger, email, presenting(stranger, text));
        expect([text, session.deviceId === first?.deviceId]).toEqual([text, false]);
        expect(await held(stranger)).not.toBe(token);
      }
    });

    it('are not made by a sign-in that is refused', async () => {
      const { email } = await member(world);
      const who = visitor(world);
      const answer = await who.login(email, 'not the password');
      expectError(answer, 401, 'AUTH_INVALID_CREDENTIALS');
      expect([answer.setCookies, await who.deviceToken()]).toEqual([[], undefined]);
    });

    it('are described in the list of sessions, by what the user agent says', async () => {
      const { email } = await member(world);
      const described = async (userAgent: string): Promise<(string | null)[]> => {
        const session = await signIn(visitor(world), email, { 'user-agent': userAgent });
        return [session.deviceType, session.browser, session.platform];
      };
      expect(await described(IPHONE)).toEqual(['mobile', 'Safari', 'iOS']);
      expect(await described(FIREFOX)).toEqual(['desktop', 'Firefox', 'Windows']);
      expect(await described(GOOGLEBOT)).toEqual(['bot', 'Googlebot', null]);
      expect(await described('')).toEqual(['unknown', null, null]);
    });

    it('bear any user agent', async () => {
      const { email } = await member(world);
      const hostile = [
        'A'.repeat(8000),
        `Mozilla/5.0 (${'('.repeat(4000)}`,
        `${'linespider-'.repeat(700)}`,
        'x\u001b[2J {"level":"info","event":"LOGIN_SUCCESS","userId":"admin"}'.replace('\u001b', ''),
        Buffer.from('\u202eresworB live\u202c Chrome/1').toString('latin1'),
        '\u00ff\u0085\u00a0 Chrome/9.9'.replace('\u0085', ''),
      ];
      for (const userAgent of hostile) {
        const session = await signIn(visitor(world), email, { 'user-agent': userAgent });
        expect(session.userAgent?.length).toBeLessThanOrEqual(512);
        expect((session.browser ?? '').length).toBeLessThanOrEqual(64);
        expect(JSON.stringify(session)).not.toMatch(/[\u0000-\u001f\u0080-\u009f\u202a-\u202e]/);
      }
    });

    it('are where the server says, whatever the headers (R031, R142)', async () => {
      const { email } = await member(world);
      const session = await signIn(visitor(world), email, {
        'x-forwarded-for': '203.0.113.7',
        forwarded: 'for=203.0.113.7',
        'cf-connecting-ip': '203.0.113.7',
        'cf-ipcountry': 'US',
        'x-country-code': 'US',
        'x-vercel-ip-city': 'Springfield',
        'x-geo-location': '{"country":"US","city":"Springfield"}',
      });
      expect([session.ipAddress, session.ipCountry, session.ipCity]).toEqual(['127.0.0.1', 'CH', 'Zürich']);
    });
  });
