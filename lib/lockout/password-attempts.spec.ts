import { networkBucket } from '../common';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/transient-database';
import { ContextStorage, type ClientInfo } from '../context';
import { NAuthException } from '../errors';
import { RateLimiter } from '../rate-limit';
import { MemoryTransientStore } from '../storage';
import { FloodWatch, PasswordAttempts, type ResolvedLockoutOptions } from './index';

const MINUTE = 60_000;
const RIGHT = 'right';

const lockout: ResolvedLockoutOptions = {
  enabled: true,
  maxAttempts: 5,
  attemptWindowMs: 60 * MINUTE,
  durationMs: 15 * MINUTE,
  maxDurationMs: 60 * MINUTE,
  resetOnSuccess: true,
};
const limits = {
  login: {
    network: { max: 50, windowMs: 15 * MINUTE },
    flood: { alert: 100, restrict: 1000, unknownClients: 60, windowMs: MINUTE },
  },
  refresh: { network: undefined },
  passkey: { network: undefined },
  signup: { network: undefined },
  passwordReset: { network: undefined },
};

interface From {
  ip?: string;
  device?: string;
}

interface SetUp {
  lockout?: Partial<ResolvedLockoutOptions>;
  network?: { max: number; windowMs: number } | null;
  /** What clients are known by, by account and then by device or address. */
  known?: Record<string, Record<string, string>>;
}

function setUp({ lockout: changes, network = limits.login.network, known = {} }: SetUp = {}) {
  const clock = manualClock();
  const store = new MemoryTransientStore(clock);
  const context = new ContextStorage(clock);
  const events: [string, unknown][] = [];
  const audit = {
    recordRefusal: async (_type: string, entry: { userId?: unknown; reason?: unknown }) =>
      void events.push([String(entry.reason), entry.userId]),
  };
  const options = { ...lockout, ...changes };
  const rateLimits = { ...limits, login: { ...limits.login, network: network ?? undefined } };
  const flood = new FloodWatch(store, audit, { notify: () => undefined }, options, rateLimits, clock);
  const asked: unknown[] = [];
  const clients = {
    isKnown: async (userId: string, client: ClientInfo | undefined) => {
      asked.push(userId);
      const names = known[userId] ?? {};
      const device: unknown = client && 'deviceToken' in client ? client.deviceToken : undefined;
      return names[String(device)] ?? names[client?.ipAddress ?? ''];
    },
  };
  const full: { refusal: NAuthException | undefined } = { refusal: undefined };
  const capacity = { refusalOfStrangers: () => full.refusal };
  const limiter = new RateLimiter(store, audit, clock);
  const attempts = new PasswordAttempts(
    limiter,
    flood,
    clients,
    capacity,
    context,
    options,
    rateLimits,
    clock,
  );
  const work = { finds: 0, checks: [] as boolean[], failure: undefined as Error | undefined };

  /** 'in', 'no', or the seconds to wait, as a client sees it. Accounts begin with a letter below m. */
  const login = async (name: string, password: string, { ip = '9.9.9.9', device }: From = {}) => {
    const state = context.open({ headers: {} });
    state.client = {
      ipAddress: ip,
      userAgent: null,
      requestId: '',
      network: networkBucket(ip),
      device: { type: 'unknown', browser: null, browserVersion: null, os: null, osVersion: null },
      deviceToken: device ?? null,
      geo: () => Promise.resolve(null),
    };
    return context.run(state, async () => {
      try {
        const found = await attempts.check({
          name,
          find: async () => {
            work.finds += 1;
            return name < 'm' ? { id: name } : null;
          },
          verify: async (account, urgent) => {
            work.checks.push(urgent);
            await sleep(0);
            if (work.failure) throw work.failure;
            return account !== null && password === RIGHT;
          },
        });
        return found ? 'in' : 'no';
      } catch (error) {
        if (!(error instanceof NAuthException)) throw error;
        return error.code === 'RATE_LIMIT_LOGIN' ? error.retryAfter : error.code;
      }
    });
  };
  const times = async (
    count: number,
    name: string,
    password = 'wrong',
    from: From | ((i: number) => From) = {},
  ) => {
    const answers = [];
    for (let i = 0; i < count; i += 1) {
      answers.push(await login(name, password, typeof from === 'function' ? from(i) : from));
    }
    return answers;
  };
  return { clock, store, flood, work, full, events, asked, login, times, attempts };
}

const anywhere = (i: number): From => ({ ip: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` });

describe('PasswordAttempts', () => {
  it('gives known and unknown names the same sequence (R017)', async () => {
    const { times, work } = setUp();
    const expected = ['no', 'no', 'no', 'no', 'no', ...Array<number>(15).fill(900)];
    expect(await times(20, 'ada')).toEqual(expected);
    expect(await times(20, 'zoe')).toEqual(expected);
    expect(work.checks).toHaveLength(10);
  });

  it('locks known and unknown names, and known clients, for twice as long each time (R017, R023)', async () => {
    const { login, times, clock } = setUp({ known: { ada: { token: 'device:1' } } });
    for (const seconds of [900, 1800, 3600, 3600]) {
      const expected = ['no', 'no', 'no', 'no', 'no', seconds, seconds];
      expect(await times(7, 'ada')).toEqual(expected);
      expect(await times(7, 'zoe')).toEqual(expected);
      expect(await times(7, 'ada', 'wrong', { device: 'token' })).toEqual(expected);
      await clock.advance(seconds * 1000 - 1);
      expect([await login('ada', RIGHT), await login('zoe', RIGHT)]).toEqual([1, 1]);
      await clock.advance(1);
    }
  });

  it('makes locks longer for their subject alone, and short again after its right password (R029)', async () => {
    const { login, times, clock } = setUp({ known: { ada: { token: 'device:1' } } });
    for (const seconds of [900, 1800]) {
      expect((await times(6, 'ada')).at(-1)).toBe(seconds);
      await clock.advance(seconds * 1000);
    }
    expect((await times(6, 'ada', 'wrong', { device: 'token' })).at(-1)).toBe(900);
    expect((await times(6, 'bob')).at(-1)).toBe(900);
    await clock.advance(15 * MINUTE);
    expect(await login('ada', RIGHT, { device: 'token' })).toBe('in');
    expect((await times(6, 'ada', 'wrong', { device: 'token' })).at(-1)).toBe(900);
    // Not for the right password of another client.
    expect((await times(6, 'ada')).at(-1)).toBe(3600);
    await clock.advance(60 * MINUTE);
    expect(await login('ada', RIGHT)).toBe('in');
    expect((await times(6, 'ada')).at(-1)).toBe(900);
  });

  it('starts all counts of an account again when told to, and makes its locks short again (R023)', async () => {
    const { attempts, login, times, clock } = setUp({
      known: { ada: { token: 'device:1', other: 'device:2', '7.7.7.7': 'network:7.7.7.7' } },
    });
    const clients: From[] = [{}, { device: 'token' }, { device: 'other' }, { ip: '7.7.7.7' }];
    await times(5, 'ada');
    await clock.advance(15 * MINUTE);
    for (const client of clients) await times(6, 'ada', 'wrong', client);
    await times(6, 'bob');
    await attempts.forget('ada');
    for (const client of clients) {
      expect((await times(6, 'ada', 'wrong', client)).at(-1)).toBe(900);
    }
    await attempts.forget('ada');
    for (const client of clients) expect(await login('ada', RIGHT, client)).toBe('in');
    expect(await login('bob', RIGHT)).toBe(900);
  });

  it('keeps locks as long as they were when a right password is not to clear them', async () => {
    const { login, times, clock } = setUp({ lockout: { resetOnSuccess: false } });
    await times(5, 'ada');
    await clock.advance(15 * MINUTE);
    await times(4, 'ada');
    // The last allowed one begins a lock, and it was right.
    expect(await login('ada', RIGHT)).toBe('in');
    expect(await times(2, 'ada')).toEqual(['no', 1800]);
  });

  it('writes one event for each of the locks (R027, R030)', async () => {
    const { times, clock, events } = setUp({ network: null });
    for (const [index, seconds] of [900, 1800, 3600].entries()) {
      await Promise.all([times(30, 'ada'), times(30, 'ada')]);
      expect(events).toHaveLength(index + 1);
      await clock.advance(seconds * 1000);
    }
    expect(events).toEqual(Array(3).fill(['login_account_limit', 'ada']));
  });

  it('asks the same questions for both', async () => {
    const { times, asked, work } = setUp();
    await times(5, 'ada');
    await times(5, 'zoe');
    expect(asked.filter((id) => id === 'ada')).toHaveLength(5);
    expect([asked.length, work.finds]).toEqual([10, 10]);
  });

  it('counts before the password is looked at: 200 at once, 5 looked at (R021)', async () => {
    const { login, work } = setUp({ network: null });
    const answers = await Promise.all(Array.from({ length: 200 }, () => login('ada', 'wrong')));
    expect(answers.filter((answer) => answer === 'no')).toHaveLength(5);
    expect(work.checks).toHaveLength(5);
    expect(await login('ada', RIGHT)).toBe(900);
  });

  it('refuses no right password for others that come with it', async () => {
    const { login, work } = setUp();
    expect(await Promise.all(Array.from({ length: 120 }, () => login('ada', RIGHT)))).toEqual(
      Array(120).fill('in'),
    );
    expect(work.checks).toHaveLength(120);
  });

  it('keeps its owner out of no account that strangers attack (R023)', async () => {
    const { times, login } = setUp({ known: { ada: { token: 'device:1', '7.7.7.7': 'network:7.7.7.7' } } });
    expect((await times(100, 'ada', 'wrong', anywhere)).filter((answer) => answer === 'no')).toHaveLength(5);
    expect(await login('ada', RIGHT, { ip: '8.8.8.8' })).toBe(900);
    expect(await login('ada', RIGHT, { ip: '8.8.8.8', device: 'token' })).toBe('in');
    expect(await login('ada', RIGHT, { ip: '7.7.7.7' })).toBe('in');
    expect(await login('ada', RIGHT, { ip: '8.8.8.8' })).toBe(900);
  });

  it('limits a known client as well, by itself', async () => {
    const { times, login } = setUp({ known: { ada: { token: 'device:1', other: 'device:2' } } });
    expect(await times(6, 'ada', 'wrong', { device: 'token' })).toEqual(['no', 'no', 'no', 'no', 'no', 900]);
    expect(await login('ada', RIGHT, { device: 'token' })).toBe(900);
    expect(await login('ada', RIGHT, { device: 'other' })).toBe('in');
    expect(await login('ada', RIGHT)).toBe('in');
  });

  it('lets a known device in from a network that is over its limit, and a known network not', async () => {
    const { times, login } = setUp({ known: { ada: { token: 'device:1', '9.9.9.9': 'network:9.9.9.9' } } });
    for (let i = 0; i < 50; i += 1) await login(`nobody ${i}`, 'wrong');
    expect(await login('ada', RIGHT)).toBe(900);
    expect(await login('ada', RIGHT, { device: 'token' })).toBe('in');
    expect(await login('bob', RIGHT, { device: 'token' })).toBe(900);
    expect(await times(6, 'ada', 'wrong', { device: 'token' })).toEqual(['no', 'no', 'no', 'no', 'no', 900]);
  });

  it('refuses one network before its 101st account (R024, R027), and others not', async () => {
    const { login, work } = setUp();
    const answers = [];
    for (let i = 0; i < 200; i += 1) answers.push(await login(`ann ${i}`, 'guess', { ip: '6.6.6.6' }));
    expect(answers.slice(0, 50)).toEqual(Array(50).fill('no'));
    expect(answers.slice(50)).toEqual(Array(150).fill(900));
    expect([work.finds, work.checks.length]).toEqual([50, 50]);
    expect(await login('ann 7', RIGHT, { ip: '6.6.6.7' })).toBe('in');
  });

  it('counts all addresses of a network together, and those without one too (R024)', async () => {
    const { login } = setUp({ network: { max: 3, windowMs: MINUTE } });
    const groups = [
      ['2001:db8::1', '2001:db8::2', '2001:DB8:0:0:9::3', '2001:db8::ffff'],
      ['1.2.3.4', '::ffff:1.2.3.4', '::FFFF:102:304', '1.2.3.4'],
      ['', 'garbage', 'unknown', ''],
    ];
    for (const group of groups) {
      const answers = [];
      for (const [i, ip] of group.entries()) answers.push(await login(`nobody ${i}`, 'x', { ip }));
      expect(answers).toEqual(['no', 'no', 'no', 60]);
    }
  });

  it('gives back what was right, and only that (R029)', async () => {
    const { times, login } = setUp({ network: { max: 3, windowMs: MINUTE } });
    expect(await times(20, 'ada', RIGHT)).toEqual(Array(20).fill('in'));
    expect(await times(2, 'nobody')).toEqual(['no', 'no']);
    expect(await login('ada', RIGHT)).toBe('in');
    expect(await times(2, 'somebody')).toEqual(['no', 60]);
  });

  it('starts the count of an account again after a right password, of no other one', async () => {
    const { times, login } = setUp();
    await times(4, 'ada');
    await times(4, 'bob');
    expect(await login('ada', RIGHT)).toBe('in');
    expect(await times(6, 'ada')).toEqual(['no', 'no', 'no', 'no', 'no', 900]);
    expect(await times(2, 'bob')).toEqual(['no', 900]);
  });

  it('goes on counting the wrong ones after a right one when told so', async () => {
    const { times, login } = setUp({ lockout: { resetOnSuccess: false } });
    await times(4, 'ada');
    expect(await times(3, 'ada', RIGHT)).toEqual(['in', 'in', 'in']);
    expect(await times(2, 'ada')).toEqual(['no', 900]);
    expect(await login('ada', RIGHT)).toBe(900);
  });

  it('counts nothing that ended in an error', async () => {
    const { times, login, work } = setUp({ network: { max: 3, windowMs: MINUTE } });
    work.failure = new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1 });
    expect(await times(20, 'ada')).toEqual(Array(20).fill('SERVICE_UNAVAILABLE'));
    work.failure = undefined;
    expect(await login('ada', RIGHT)).toBe('in');
  });

  it('does no more work for a refused attempt, and writes one event a window and subject (R030)', async () => {
    const { times, clock, work, events } = setUp({ network: { max: 20, windowMs: 15 * MINUTE } });
    await times(10, 'ada', 'wrong', { ip: '6.6.6.6' });
    expect(events).toEqual([['login_account_limit', 'ada']]);
    await times(12, 'bob', 'wrong', { ip: '6.6.6.6' });
    expect(events.slice(1)).toEqual([
      ['login_account_limit', 'bob'],
      ['login_network_limit', undefined],
    ]);
    const before = { finds: work.finds, checks: work.checks.length };
    await times(50, 'carl', 'wrong', { ip: '6.6.6.6' });
    expect({ finds: work.finds, checks: work.checks.length }).toEqual(before);
    expect(events).toHaveLength(3);
    await clock.advance(15 * MINUTE);
    await times(10, 'ada', 'wrong', { ip: '6.6.6.6' });
    expect(events).toHaveLength(4);
  });

  it('in a flood holds back clients that the account does not know, and those alone', async () => {
    const { times, login, flood, work } = setUp({ known: { ada: { '7.7.7.7': 'network:7.7.7.7' } } });
    await Promise.all(Array.from({ length: 1000 }, (_, i) => login(`nobody ${i}`, 'wrong', anywhere(i))));
    expect(flood.isOn).toBe(true);
    for (let i = 0; i < 60; i += 1) await login(`nobody ${i}`, 'wrong', anywhere(2000 + i));
    const before = work.checks.length;
    expect(await times(50, 'bob', RIGHT, anywhere)).toEqual(Array(50).fill(60));
    expect(await times(50, 'zoe', RIGHT, anywhere)).toEqual(Array(50).fill(60));
    expect(work.checks).toHaveLength(before);
    expect(await login('ada', RIGHT, { ip: '7.7.7.7' })).toBe('in');
  });

  it('when there is no room for password checks, turns strangers away before anything is counted', async () => {
    const { times, login, full, store, work } = setUp({ known: { ada: { '7.7.7.7': 'network:7.7.7.7' } } });
    full.refusal = new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 3 });
    expect(await times(20, 'bob', RIGHT)).toEqual(Array(20).fill('SERVICE_UNAVAILABLE'));
    expect([store.size, work.checks]).toEqual([0, []]);
    expect(await login('ada', RIGHT, { ip: '7.7.7.7' })).toBe('in');
    full.refusal = undefined;
    expect(await login('bob', RIGHT, { ip: '8.8.8.8' })).toBe('in');
    expect(work.checks).toEqual([true, false]);
  });

  it('takes no more than 100 wrong passwords a window, however many clients an account knows (R020)', async () => {
    const devices = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`token${i}`, `device:${i}`]));
    for (const maxAttempts of [5, 30, 50]) {
      const { login, work } = setUp({ known: { ada: devices }, lockout: { maxAttempts }, network: null });
      await Promise.all(
        Array.from({ length: 1500 }, (_, i) => login('ada', 'wrong', { device: `token${i % 300}` })),
      );
      await Promise.all(Array.from({ length: 200 }, () => login('ada', 'wrong')));
      expect(work.checks.length).toBeGreaterThan(maxAttempts);
      expect(work.checks.length).toBeLessThanOrEqual(100);
    }
  });

  it.each([
    ['by default', {}],
    ['with locks of one length', { maxDurationMs: 15 * MINUTE }],
    ['with short locks', { durationMs: MINUTE }],
  ])('%s takes no more than 100 in the course of a window either (R020)', async (_name, changes) => {
    const devices = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`token${i}`, `device:${i}`]));
    const places = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`5.5.5.${i}`, `network:${i}`]));
    const { login, work, clock } = setUp({
      known: { ada: { ...devices, ...places } },
      lockout: changes,
      network: null,
    });
    const clients: From[] = [
      ...Object.keys(devices).map((device) => ({ device })),
      ...Object.keys(places).map((ip) => ({ ip })),
      {},
    ];
    let passed = 0;
    // Beginnings of the window and ends of locks.
    for (const minute of [0, 1, 3, 7, 15, 30, 31, 45, 59]) {
      await clock.advance((minute - passed) * MINUTE);
      passed = minute;
      for (let i = 0; i < 5; i += 1)
        await Promise.all(clients.map((client) => login('ada', 'wrong', client)));
    }
    expect(work.checks.length).toBeGreaterThan(50);
    expect(work.checks.length).toBeLessThanOrEqual(100);
  });

  it('works outside of any request', async () => {
    const { attempts } = setUp();
    const check = (isRight: boolean) =>
      attempts.check({ name: 'ada', find: async () => ({ id: 'ada' }), verify: async () => isRight });
    for (let i = 0; i < 5; i += 1) expect(await check(false)).toBeNull();
    await expect(check(true)).rejects.toMatchObject({ code: 'RATE_LIMIT_LOGIN' });
  });

  it('limits nothing when the lockout is switched off', async () => {
    const { attempts, times, store } = setUp({ lockout: { enabled: false } });
    expect(await times(80, 'ada')).toEqual(Array(80).fill('no'));
    expect(await times(1, 'ada', RIGHT)).toEqual(['in']);
    await attempts.forget('ada');
    expect(store.size).toBe(0);
  });
});
