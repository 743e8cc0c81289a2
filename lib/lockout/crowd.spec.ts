import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { silentAudit } from '../../test/support/silent-audit';
import { manualClock } from '../../test/support/transient-database';
import { networkBucket } from '../common';
import { ContextStorage, type ClientInfo } from '../context';
import { NAuthException } from '../errors';
import { HashQueue } from '../password';
import { RateLimiter } from '../rate-limit';
import { MemoryTransientStore } from '../storage';
import { FloodWatch, PasswordAttempts } from './index';

const SLOTS = 2;
const WAITING = 8;
const OWNER = 'owner';

const lockout = {
  enabled: true,
  maxAttempts: 5,
  attemptWindowMs: 3_600_000,
  durationMs: 900_000,
  maxDurationMs: 3_600_000,
  resetOnSuccess: true,
};

interface From {
  ip: string;
  device?: string;
}

/** Logins against a real line for password checks, each of which ends when it is told to. */
function setUp({ networks = true, max = 50 } = {}) {
  const clock = manualClock();
  const store = new MemoryTransientStore(clock);
  const context = new ContextStorage(clock);
  const queue = new HashQueue({
    hashing: { concurrency: SLOTS, maxQueue: WAITING, maxWaitMs: 60_000 },
  });
  const network = networks ? { max, windowMs: 900_000 } : undefined;
  const limits = { login: { network, flood: undefined } };
  const clients = {
    isKnown: async (userId: string, client: ClientInfo | undefined) => {
      if (userId !== OWNER) return undefined;
      if (client?.deviceToken === 'token') return 'device:1';
      return client?.network === '7.7.7.7' ? 'network:7.7.7.7' : undefined;
    },
  };
  const attempts = new PasswordAttempts(
    new RateLimiter(store, silentAudit, clock),
    new FloodWatch(store, silentAudit, { notify: () => undefined }, lockout, limits, clock),
    clients,
    queue,
    context,
    lockout,
    limits,
    clock,
  );
  const checking: { name: string; end: () => void }[] = [];
  const work = { finds: 0, started: [] as string[] };
  /** Look-ups wait until this is done. */
  const database = { isReady: Promise.resolve() };

  /** 'in', 'no', or code and seconds of the refusal. */
  const login = (name: string, password: string, { ip, device = '' }: From): Promise<string> => {
    const state = context.open({ headers: {} });
    state.client = {
      ipAddress: ip,
      userAgent: null,
      requestId: '',
      network: networkBucket(ip),
      device: { type: 'unknown', browser: null, browserVersion: null, os: null, osVersion: null },
      deviceToken: device === '' ? null : device,
      geo: () => Promise.resolve(null),
    };
    const attempt = {
      name,
      find: async () => {
        work.finds += 1;
        await database.isReady;
        return name === OWNER ? { id: OWNER } : null;
      },
      verify: (_account: unknown, urgent: boolean) =>
        queue.run(
          () =>
            new Promise<boolean>((resolve) => {
              work.started.push(name);
              checking.push({ name, end: () => resolve(password === 'right' && name === OWNER) });
            }),
          { urgent },
        ),
    };
    return context.run(state, () =>
      attempts.check(attempt).then(
        (found) => (found ? 'in' : 'no'),
        (error: unknown) => {
          if (error instanceof NAuthException) return `${error.code} ${error.retryAfter}`;
          throw error;
        },
      ),
    );
  };
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i += 1) await turn();
  };
  /** Ends the check that has run longest. */
  const endOne = async (): Promise<void> => {
    checking.shift()?.end();
    await settle();
  };
  const endAll = async (): Promise<void> => {
    await settle();
    while (checking.length > 0) await endOne();
  };
  /** Strangers of so many addresses, one each. */
  const flood = async (count: number): Promise<Promise<string>[]> => {
    const answers = [];
    for (let i = 0; i < count; i += 1) {
      answers.push(login(`nobody ${i}`, 'guess', { ip: `6.6.${i >> 8}.${i & 255}` }));
      await settle();
    }
    return answers;
  };
  return { clock, login, flood, work, database, settle, endOne, endAll };
}

describe('PasswordAttempts while strangers take all the room (R010, R023, R027)', () => {
  it('looks at those whom the account knows first, and turns away strangers for whom there is no room', async () => {
    const { login, flood, work, settle, endOne, endAll } = setUp();
    const strangers = await flood(40);
    const owners = [
      login(OWNER, 'right', { ip: '1.1.1.1', device: 'token' }),
      login(OWNER, 'right', { ip: '7.7.7.7' }),
    ];
    await settle();
    expect(work.started).toHaveLength(SLOTS);
    await endOne();
    await endOne();
    expect(work.started.slice(SLOTS)).toEqual([OWNER, OWNER]);
    await endAll();
    expect(await Promise.all(owners)).toEqual(['in', 'in']);
    const answers = await Promise.all(strangers);
    expect(answers.slice(0, SLOTS + WAITING)).toEqual(Array(SLOTS + WAITING).fill('no'));
    expect(answers.slice(SLOTS + WAITING)).toEqual(Array(30).fill('SERVICE_UNAVAILABLE 10'));
    expect(work.started).toHaveLength(SLOTS + WAITING + owners.length);
  });

  it('refuses a network that does not wait as told without a look-up, room or not, and starts its time again', async () => {
    const { clock, login, flood, work, endAll } = setUp();
    const strangers = await flood(11);
    await endAll();
    await Promise.all(strangers);
    const finds = work.finds;
    const hasty = { ip: '6.6.0.10' };
    for (let i = 0; i < 5; i += 1) {
      expect(await login('somebody', 'guess', hasty)).toBe('SERVICE_UNAVAILABLE 10');
      await clock.advance(9_000);
    }
    expect(work.finds).toBe(finds);
    expect(await login(OWNER, 'right', { ...hasty, device: 'made up' })).toBe('SERVICE_UNAVAILABLE 10');
    const other = login(OWNER, 'right', { ip: '6.7.8.9' });
    await endAll();
    expect(await other).toBe('in');
    await clock.advance(10_000);
    const patient = login(OWNER, 'right', hasty);
    await endAll();
    expect(await patient).toBe('in');
  });

  it('looks up a few at once, and refuses the others unseen; owners at their devices are looked up', async () => {
    const { login, flood, work, database, settle, endAll } = setUp();
    const before = await flood(SLOTS + WAITING);
    const finds = work.finds;
    let answer = (): void => undefined;
    database.isReady = new Promise((resolve) => (answer = resolve));
    const liars = Array.from({ length: 20 }, (_, i) =>
      login(`liar ${i}`, 'guess', { ip: `9.9.9.${i}`, device: 'made up' }),
    );
    await settle();
    expect(work.finds - finds).toBe(20);
    const strangers = Array.from({ length: 50 }, (_, i) => login(`no ${i}`, 'guess', { ip: `8.8.8.${i}` }));
    await settle();
    expect(work.finds - finds).toBe(28);
    const owner = login(OWNER, 'right', { ip: '1.1.1.1', device: 'token' });
    await settle();
    expect(work.finds - finds).toBe(29);
    answer();
    await endAll();
    // Who was not looked at may be known, and is not told to stay away for long.
    expect(await Promise.all(strangers)).toEqual([
      ...Array<string>(8).fill('SERVICE_UNAVAILABLE 10'),
      ...Array<string>(42).fill('SERVICE_UNAVAILABLE 1'),
    ]);
    expect(await owner).toBe('in');
    expect(await Promise.all(liars)).toEqual(Array(20).fill('SERVICE_UNAVAILABLE 10'));
    await Promise.all(before);
  });

  it('looks nothing up for a network that is over its limit', async () => {
    const { login, flood, work, endAll } = setUp({ max: 1 });
    const from = { ip: '5.5.5.5' };
    const first = login('nobody', 'guess', from);
    await endAll();
    expect(await first).toBe('no');
    expect(await login('nobody', 'guess', from)).toBe('RATE_LIMIT_LOGIN 900');
    const strangers = await flood(10);
    const finds = work.finds;
    expect(await login('somebody', 'guess', from)).toBe('RATE_LIMIT_LOGIN 900');
    expect(work.finds).toBe(finds);
    await endAll();
    await Promise.all(strangers);
  });

  it('lets a known device in from a network that has to wait, and lets the network go then', async () => {
    const { login, flood, endAll } = setUp();
    const strangers = await flood(11);
    const hasty = { ip: '6.6.0.10' };
    const owner = login(OWNER, 'right', { ...hasty, device: 'token' });
    await endAll();
    await Promise.all(strangers);
    expect(await owner).toBe('in');
    const next = login('somebody', 'guess', hasty);
    await endAll();
    expect(await next).toBe('no');
  });

  it('counts for its network whom the account knows by the network only', async () => {
    const { login, flood, endAll } = setUp({ max: 2 });
    const strangers = await flood(10);
    const guesses = Array.from({ length: 3 }, () => login(OWNER, 'guess', { ip: '7.7.7.7' }));
    await endAll();
    expect(await Promise.all(guesses)).toEqual(['no', 'no', 'RATE_LIMIT_LOGIN 900']);
    await Promise.all(strangers);
  });

  it('tells apart by the network only where networks are limited, and never those without an address', async () => {
    for (const [networks, ip] of [
      [false, '6.6.0.10'],
      [true, ''],
    ] as const) {
      const { login, flood, endAll } = setUp({ networks });
      const strangers = await flood(10);
      expect(await login('nobody', 'guess', { ip })).toMatch(/^SERVICE_UNAVAILABLE/);
      await endAll();
      await Promise.all(strangers);
      const next = login('nobody', 'guess', { ip });
      await endAll();
      expect(await next).toBe('no');
    }
  });
});
