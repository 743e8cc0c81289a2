import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../support/user-agent';
import {
  expectError,
  expectRefused,
  member,
  moveClock,
  PASSWORD,
  uniqueEmail,
  visitor,
  type Topic,
  type World,
} from '../support/world';

const MAX_ATTEMPTS = 5;
const LOCK_SECONDS = 900;
const WINDOW_SECONDS = 3600;

/** Headers in which somebody may claim to be somewhere else. */
const CLAIMS = [
  'x-forwarded-for',
  'forwarded',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'x-cluster-client-ip',
];

function guess(
  world: World,
  identifier: unknown,
  password = 'a guess',
  headers: Record<string, string> = {},
): Promise<Answer> {
  return visitor(world).call('POST', '/auth/login', { json: { identifier, password }, headers });
}

/** Spends the attempts that strangers have at an account or name. */
async function lock(world: World, identifier: string): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    expectError(await guess(world, identifier), 401, 'AUTH_INVALID_CREDENTIALS');
  }
}

export const limitsTopic: Topic = (world) =>
  describe('limits', () => {
    it('cannot be escaped by claiming to be elsewhere (R024)', async () => {
      for (const identifier of [(await member(world)).email, uniqueEmail()]) {
        await world.server().stats();
        for (let attempt = 0; attempt < 24; attempt += 1) {
          const claim = Object.fromEntries(
            CLAIMS.map((name) => [name, name === 'forwarded' ? `for=6.6.6.${attempt}` : `6.6.6.${attempt}`]),
          );
          const answer = await guess(world, identifier, 'a guess', claim);
          if (attempt < MAX_ATTEMPTS) expectError(answer, 401, 'AUTH_INVALID_CREDENTIALS');
          else expectRefused(answer, LOCK_SECONDS);
        }
        expect((await world.server().stats()).hashes).toBe(MAX_ATTEMPTS);
      }
    });

    it('belong to the handler and not to the text of the URL (R026)', async () => {
      const { email } = await member(world);
      await lock(world, email);
      const json = { identifier: email, password: PASSWORD };
      await world.server().stats();
      for (const path of [
        '/auth/login',
        '/auth/login?',
        '/auth/login?a=1',
        '/auth/login#x',
        '/auth/login/',
        '//auth//login',
        '//auth/login',
        '/auth//login',
        '/AUTH/LOGIN',
        '/auth/Login',
        '/auth/%6cogin',
        '/auth%2flogin',
        '/%61uth/login',
        '/auth/./login',
        '/auth/x/../login',
        '/auth/login;a=1',
        '/auth/login%00',
        '/auth/login%20',
        '/auth\\login',
      ]) {
        const { status, body } = await visitor(world).call('POST', path, { json });
        expect([path, [400, 403, 404, 405, 429].includes(status), body.accessToken, body.user]).toEqual([
          path,
          true,
          undefined,
          undefined,
        ]);
      }
      expect((await world.server().stats()).hashes).toBe(0);
    });

    it('count one name in all its spellings, whatever stands beside it (R025)', async () => {
      const { email } = await member(world);
      const spellings: ((attempt: number) => object)[] = [
        () => ({ identifier: email }),
        () => ({ identifier: ` ${email.toUpperCase()} ` }),
        () => ({ identifier: email.replace(/^./, (letter) => letter.toUpperCase()) }),
        () => ({ identifier: email, deviceName: `laptop ${randomBytes(4).toString('hex')}` }),
        () => ({ identifier: `${email}\t` }),
      ];
      await world.server().stats();
      for (let attempt = 0; attempt < 15; attempt += 1) {
        const json = { password: 'a guess', ...spellings[attempt % spellings.length]?.(attempt) };
        const answer = await visitor(world).call('POST', '/auth/login', { json });
        if (attempt < MAX_ATTEMPTS) expectError(answer, 401, 'AUTH_INVALID_CREDENTIALS');
        else expectRefused(answer, LOCK_SECONDS);
      }
      for (const other of ['email', 'username', 'user', 'phone', 'ip', 'key']) {
        const json = { identifier: email, password: 'a guess', [other]: uniqueEmail() };
        const answer = await visitor(world).call('POST', '/auth/login', { json });
        expect([other, [400, 429].includes(answer.status)]).toEqual([other, true]);
      }
      expect((await world.server().stats()).hashes).toBe(MAX_ATTEMPTS);
    });

    it('take no name that is none, and no long one (R025)', async () => {
      await world.server().stats();
      for (const identifier of [['a@b.co'], { $ne: '' }, 5, '', 'x'.repeat(1000), 'x'.repeat(90_000)]) {
        expectError(await guess(world, identifier), 400, 'VALIDATION_FAILED');
      }
      const tooLong = await guess(world, `${'x'.repeat(1_000_000)}@example.com`);
      expectError(tooLong, 413, 'PAYLOAD_TOO_LARGE');
      expect((await world.server().stats()).hashes).toBe(0);
    });

    it('treat a name that nobody has as one that somebody has, from the first answer to the last (R017)', async () => {
      const { email } = await member(world);
      const sequences = [];
      for (const identifier of [email, uniqueEmail(), `nobody${Date.now()}`]) {
        const sequence = [];
        for (let attempt = 0; attempt < 8; attempt += 1) {
          const { status, headers, body } = await guess(world, identifier);
          sequence.push([
            status,
            body.code,
            body.message,
            Object.keys(body),
            headers['retry-after'] !== undefined,
          ]);
        }
        sequences.push(sequence);
      }
      expect(sequences[1]).toEqual(sequences[0]);
      expect(sequences[2]).toEqual(sequences[0]);
    });

    it('leave the owner in at a device that the account knows, and limit that device too (R023)', async () => {
      const { visitor: owner, email } = await member(world);
      for (let attempt = 0; attempt < 25; attempt += 1) {
        const answer = await guess(world, email);
        if (attempt >= MAX_ATTEMPTS) expectRefused(answer, LOCK_SECONDS);
      }
      expectRefused(await guess(world, email, PASSWORD), LOCK_SECONDS);
      expect((await owner.login(email, PASSWORD)).status).toBe(200);
      expectRefused(await guess(world, email, PASSWORD), LOCK_SECONDS);
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        expectError(await owner.login(email, 'a guess'), 401, 'AUTH_INVALID_CREDENTIALS');
      }
      await world.server().stats();
      expectRefused(await owner.login(email, PASSWORD), LOCK_SECONDS);
      expect((await world.server().stats()).hashes).toBe(0);
    });

    it('lock for twice as long after another lock, up to an hour, a name that nobody has too (R017, R023)', async () => {
      const { email } = await member(world);
      const names = [email, uniqueEmail()];
      let passed = 0;
      for (const seconds of [LOCK_SECONDS, 2 * LOCK_SECONDS, 4 * LOCK_SECONDS, 4 * LOCK_SECONDS]) {
        for (const name of names) {
          await lock(world, name);
          const refused = await guess(world, name, PASSWORD);
          expectRefused(refused, seconds);
          expect(Number(refused.headers['retry-after'])).toBeGreaterThan(seconds / 2);
        }
        passed += seconds;
        await moveClock(world, passed * 1000);
      }
      expect((await guess(world, email, PASSWORD)).status).toBe(200);
      await lock(world, email);
      expectRefused(await guess(world, email, PASSWORD), LOCK_SECONDS);
    });

    it('know no device of somebody else, and none that was made up (R023, R031)', async () => {
      const { email } = await member(world);
      const { visitor: stranger } = await member(world);
      await lock(world, email);
      expectRefused(await stranger.login(email, PASSWORD), LOCK_SECONDS);
      for (const token of [randomBytes(32).toString('base64url'), 'x', '']) {
        const liar = visitor(world);
        await liar.adoptDeviceToken(token);
        expectRefused(await liar.login(email, PASSWORD), LOCK_SECONDS);
      }
    });

    it('say in whole seconds when to come back, and the same in the body (R030)', async () => {
      const name = uniqueEmail();
      await lock(world, name);
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const answer = await guess(world, name);
        expectRefused(answer, WINDOW_SECONDS);
        expect(answer.body.details).toEqual({ retryAfter: Number(answer.headers['retry-after']) });
      }
    });
  });
