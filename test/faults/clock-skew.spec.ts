import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HostName } from '../hosts/arguments';
import { ask, freshEmail, PASSWORD, signUp, type PlainAnswer } from '../races/support/arena';
import type { HostProcess } from '../support/host-process';
import { describeEngine, type EngineName } from '../support/services';
import { Stage } from './support/stage';

const SECOND = 1000;
const GRACE_SECONDS = 2;
const ACCESS_MINUTES = 15;
const SECRET = 'faults-refresh-Hd5Gf0Jp7w2RZq8Xv4Tn8Ls3Mb6Yc1';

/** By how many seconds the second process is off, one after the other. */
const setUps: readonly [EngineName, HostName[], number[]][] = [
  ['sqlite', ['nest-express', 'fastify'], [-300, 60]],
  ['postgres', ['express', 'nest-fastify'], [60, -60, -300, 300, 0]],
  ['mariadb', ['fastify', 'nest-express'], [300, -60]],
];

/** A client that holds a refresh token, and the one before it. */
class Member {
  spent = '';

  private constructor(
    public token: string,
    public accessToken: string,
  ) {}

  static async join(server: HostProcess): Promise<Member> {
    const { refreshToken, accessToken } = await signUp(server.url);
    return new Member(refreshToken, accessToken);
  }

  async refresh(server: HostProcess): Promise<void> {
    const answer = await ask(server.url, '/auth/refresh', { refreshToken: this.token });
    expect([answer.status, answer.body.code]).toEqual([200, undefined]);
    this.spent = this.token;
    this.token = String(answer.body.refreshToken);
    this.accessToken = String(answer.body.accessToken);
  }

  /** The answer to the last refresh was lost: the spent token comes again. */
  async repeat(server: HostProcess): Promise<void> {
    const answer = await ask(server.url, '/auth/refresh', { refreshToken: this.spent });
    expect([answer.status, answer.body.code, answer.body.refreshToken]).toEqual([200, undefined, this.token]);
  }

  replay(server: HostProcess): Promise<PlainAnswer> {
    return ask(server.url, '/auth/refresh', { refreshToken: this.spent });
  }

  async isSignedIn(server: HostProcess): Promise<void> {
    const { status, body } = await ask(server.url, '/auth/profile', undefined, this.accessToken);
    expect([status, body.code]).toEqual([200, undefined]);
  }
}

for (const [engine, hosts, steps] of setUps) {
  describeEngine(engine, `FAULT-13: clocks that differ (${engine}, ${hosts.join(' and ')})`, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open(engine, {
        hosts,
        file: {
          jwt: { accessToken: {}, refreshToken: { graceSeconds: GRACE_SECONDS, secret: SECRET } },
          lockout: { maxAttempts: 5 },
        },
      });
    });
    afterAll(() => stage.close());

    /** Each pair of processes: the one that rotates, and the one that gets the spent token. */
    const pairs = (): [HostProcess, HostProcess][] =>
      stage.servers.flatMap((from) => stage.servers.map((to): [HostProcess, HostProcess] => [from, to]));

    /** For each pair a member whose token the first of the two has just spent. */
    function rotatedByEach(): Promise<Member[]> {
      return Promise.all(
        pairs().map(async ([from]) => {
          const member = await Member.join(from);
          await member.refresh(from);
          return member;
        }),
      );
    }

    async function expectReuse(members: readonly Member[] = []): Promise<void> {
      const answers = await Promise.all(
        pairs().map(async ([, to], index) => (await members[index]?.replay(to))?.body.code),
      );
      expect(answers).toEqual(pairs().map(() => 'AUTH_TOKEN_REUSE_DETECTED'));
    }

    async function reuseEvents(): Promise<number> {
      return stage.number("SELECT COUNT(*) FROM nauth_audit_events WHERE type = 'REFRESH_REUSE'");
    }

    it('lose no live session and let no replay through, at -300 s to +300 s (R151)', async () => {
      const live = await Promise.all(pairs().map(([from]) => Member.join(from)));
      let replays = 0;
      let last = 0;
      for (const step of steps) {
        const rotated = await Promise.all(Array.from({ length: 2 }, () => rotatedByEach()));
        await sleep((GRACE_SECONDS + 0.2) * SECOND);
        await expectReuse(rotated[0]);
        await Promise.all(live.map((member, index) => member.refresh(pairs()[index]?.[0] ?? stage.one)));
        await stage.two.clock(step * SECOND);
        for (const [index, [from, to]] of pairs().entries()) {
          // A process whose own clock was set forward since it rotated cannot know that no time has passed.
          if (from === stage.two && to === stage.two && step > last) continue;
          await live[index]?.repeat(to);
        }
        // The window of these has passed, and does not open again because a clock was set back.
        await expectReuse(rotated[1]);
        replays += 2 * pairs().length;
        // The clocks stay apart.
        for (const [index, [from, to]] of pairs().entries()) {
          const member = live[index] ?? (await Member.join(from));
          await member.refresh(from);
          await member.repeat(to);
          for (const server of stage.servers) await member.isSignedIn(server);
          await member.refresh(to);
          await member.repeat(from);
        }
        last = step;
      }
      expect(await reuseEvents()).toBe(replays);
      expect(await stage.brokenInvariants()).toEqual({});
    });

    it('spread wrong passwords over both processes as over one', async () => {
      await stage.two.clock(300 * SECOND);
      const { email } = await signUp(stage.one.url);
      await Promise.all(stage.servers.map((server) => server.stats()));
      const codes: unknown[] = [];
      for (let turn = 0; turn < 8; turn += 1) {
        const server = turn % 2 === 0 ? stage.one : stage.two;
        const { body } = await ask(server.url, '/auth/login', { identifier: email, password: 'wrong' });
        codes.push(body.code);
      }
      expect(codes.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'AUTH_INVALID_CREDENTIALS'));
      expect(codes.slice(5)).not.toContain('AUTH_INVALID_CREDENTIALS');
      const stats = await Promise.all(stage.servers.map((server) => server.stats()));
      expect(stats.reduce((sum, { hashes }) => sum + hashes, 0)).toBe(5);
    });

    it('know a device again, and end access tokens by their own clock', async () => {
      await stage.two.clock(-300 * SECOND);
      const json = { email: freshEmail(), password: PASSWORD };
      const signup = await ask(stage.one.url, '/auth/signup', json);
      const login = { identifier: json.email, password: PASSWORD };
      const deviceToken = String(signup.body.deviceToken);
      const headers = { 'content-type': 'application/json', 'x-device-token': deviceToken };
      const again = await fetch(`${stage.two.url}/auth/login`, {
        method: 'POST',
        headers,
        body: JSON.stringify(login),
      });
      expect(again.status).toBe(200);
      expect(
        await stage.number(`SELECT COUNT(*) FROM nauth_devices d JOIN nauth_users u ON u.id = d.user_id
        WHERE u.email = '${json.email}'`),
      ).toBe(1);
      await stage.two.clock(ACCESS_MINUTES * 60 * SECOND);
      const token = String(signup.body.accessToken);
      expect((await ask(stage.two.url, '/auth/profile', undefined, token)).body.code).toBe(
        'AUTH_TOKEN_EXPIRED',
      );
      expect((await ask(stage.one.url, '/auth/profile', undefined, token)).status).toBe(200);
    });
  });
}
