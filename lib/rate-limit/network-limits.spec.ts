import { describe, expect, it } from 'vitest';
import { silentAudit } from '../../test/support/silent-audit';
import { manualClock } from '../../test/support/transient-database';
import { networkBucket } from '../common';
import { ContextStorage } from '../context';
import type { NAuthErrorCode } from '../contracts';
import { NAuthException } from '../errors';
import { MemoryTransientStore } from '../storage';
import { NetworkLimits, RateLimiter } from './index';

const MINUTE = 60_000;
const three = { max: 3, windowMs: MINUTE };

function setUp(limit: typeof three | undefined = three) {
  const clock = manualClock();
  const store = new MemoryTransientStore(clock);
  const context = new ContextStorage(clock);
  const limiter = new RateLimiter(store, silentAudit, clock);
  const options = {
    login: { network: undefined, flood: undefined },
    refresh: { network: limit },
    passkey: { network: limit },
    signup: { network: limit },
    passwordReset: { network: limit },
  };
  const limits = new NetworkLimits(limiter, context, options);
  /** The code of the refusal, or 'done', for a client at this address. */
  const from = (ip: string, work: () => Promise<unknown>): Promise<string> => {
    const state = context.open({ headers: {} });
    state.client = {
      ipAddress: ip,
      userAgent: null,
      requestId: '',
      network: networkBucket(ip),
      device: { type: 'unknown', browser: null, browserVersion: null, os: null, osVersion: null },
      deviceToken: null,
      geo: () => Promise.resolve(null),
    };
    return context.run(state, () =>
      work().then(
        () => 'done',
        (error: unknown) => (error instanceof NAuthException ? error.code : 'other'),
      ),
    );
  };
  let tried = 0;
  const refresh = (ip: string, outcome?: NAuthErrorCode) =>
    from(ip, () =>
      limits.duringRefresh(async () => {
        tried += 1;
        if (outcome) throw new NAuthException(outcome);
      }),
    );
  const signup = (ip: string) => from(ip, () => limits.countSignup());
  return { clock, store, refresh, signup, tried: () => tried };
}

describe('NetworkLimits', () => {
  it('refuses refreshes of a network after so many forged or spent tokens, until the window ends', async () => {
    const { clock, refresh, tried } = setUp();
    expect(await refresh('1.2.3.4', 'AUTH_TOKEN_INVALID')).toBe('AUTH_TOKEN_INVALID');
    expect(await refresh('::ffff:1.2.3.4', 'AUTH_TOKEN_REUSE_DETECTED')).toBe('AUTH_TOKEN_REUSE_DETECTED');
    expect(await refresh('1.2.3.4', 'AUTH_TOKEN_INVALID')).toBe('AUTH_TOKEN_INVALID');
    expect(await refresh('1.2.3.4')).toBe('RATE_LIMIT_LOGIN');
    expect(tried()).toBe(3);
    expect(await refresh('1.2.3.5')).toBe('done');
    await clock.advance(MINUTE);
    expect(await refresh('1.2.3.4')).toBe('done');
  });

  it('counts neither good refreshes nor expired tokens, ended sessions and outages', async () => {
    const { refresh, store } = setUp();
    const harmless = [
      'AUTH_TOKEN_EXPIRED',
      'AUTH_SESSION_EXPIRED',
      'AUTH_SESSION_NOT_FOUND',
      'SERVICE_UNAVAILABLE',
    ];
    for (let i = 0; i < 10; i += 1) {
      expect(await refresh('1.2.3.4')).toBe('done');
      for (const code of harmless as NAuthErrorCode[]) expect(await refresh('1.2.3.4', code)).toBe(code);
    }
    expect(store.size).toBe(0);
  });

  it('counts every sign-up of a network', async () => {
    const { signup } = setUp();
    const answers = [];
    for (const end of ['1', '2', '3', '4']) answers.push(await signup(`2001:db8::${end}`));
    expect(answers).toEqual(['done', 'done', 'done', 'RATE_LIMIT_LOGIN']);
    expect(await signup('2001:db8:0:1::1')).toBe('done');
  });
});
