import { describe, expect, it } from 'vitest';
import { NAuthException } from '../errors';
import { MemoryTransientStore } from '../storage';
import type { ResolvedLockoutOptions } from './lockout.options';
import { LoginAttempts } from './login-attempts.service';

const HOUR = 3_600_000;
const MINUTE = 60_000;

function setUp(changes: Partial<ResolvedLockoutOptions> = {}) {
  let time = Date.UTC(2026, 0, 1);
  const store = new MemoryTransientStore({ now: () => time });
  const attempts = new LoginAttempts(store, {
    enabled: true,
    maxAttempts: 5,
    attemptWindowMs: HOUR,
    durationMs: 15 * MINUTE,
    resetOnSuccess: true,
    ...changes,
  });
  /** 'pass', or the seconds after which the refusal says to try again. */
  const attempt = async (subject = 'a@example.com'): Promise<'pass' | number | undefined> => {
    try {
      await attempts.count(subject);
      return 'pass';
    } catch (error) {
      if (!(error instanceof NAuthException) || error.code !== 'RATE_LIMIT_LOGIN') throw error;
      return error.retryAfter;
    }
  };
  const times = async (count: number, subject?: string) => {
    const results: Awaited<ReturnType<typeof attempt>>[] = [];
    for (let i = 0; i < count; i += 1) results.push(await attempt(subject));
    return results;
  };
  const advance = (milliseconds: number) => {
    time += milliseconds;
  };
  return { store, attempts, attempt, times, advance };
}

describe('LoginAttempts', () => {
  it('lets exactly maxAttempts of 200 parallel attempts pass', async () => {
    const { attempt } = setUp();
    const results = await Promise.all(Array.from({ length: 200 }, () => attempt()));
    expect(results.filter((result) => result === 'pass')).toHaveLength(5);
    expect(results.filter((result) => result !== 'pass').every((seconds) => Number(seconds) >= 1)).toBe(true);
  });

  it('refuses with 429 and whole seconds in details and Retry-After', async () => {
    const { attempts, times, advance } = setUp();
    await times(5);
    advance(500);
    const refusal = await attempts.count('a@example.com').catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'RATE_LIMIT_LOGIN',
      retryAfter: 900,
      details: { retryAfter: 900 },
    });
    expect(refusal instanceof NAuthException && refusal.getStatus()).toBe(429);
  });

  it('locks for `duration` from the last allowed attempt, and refused attempts do not prolong it', async () => {
    const { attempt, times, advance } = setUp();
    await times(4);
    advance(50 * MINUTE);
    expect(await times(2)).toEqual(['pass', 900]);
    advance(15 * MINUTE - 1);
    expect(await attempt()).toBe(1);
    advance(1);
    expect(await times(6)).toEqual(['pass', 'pass', 'pass', 'pass', 'pass', 900]);
  });

  it('may lock for longer than the window', async () => {
    const { attempt, times, advance } = setUp({ attemptWindowMs: MINUTE, durationMs: HOUR });
    await times(5);
    advance(HOUR - 1000);
    expect(await attempt()).toBe(1);
    advance(1000);
    expect(await attempt()).toBe('pass');
  });

  it('forgets attempts when their window is over', async () => {
    const { times, advance } = setUp();
    await times(4);
    advance(HOUR);
    expect(await times(5)).toEqual(Array(5).fill('pass'));
  });

  it('still ends the lock when the process dies before it is set', async () => {
    const { store, attempt, times, advance } = setUp();
    await times(4);
    store.expire = () => Promise.reject(new Error('killed'));
    await expect(attempt()).rejects.toThrow('killed');
    expect(await attempt()).toBe(3600);
    advance(HOUR);
    expect(await attempt()).toBe('pass');
  });

  it('gives every subject the same sequence and a count of its own', async () => {
    const { times } = setUp();
    const subjects = [
      'known@example.com',
      'nobody@example.com',
      '',
      '__proto__',
      'x'.repeat(1_000_000),
      'ü\n:*',
    ];
    for (const subject of subjects) {
      expect(await times(7, subject)).toEqual(['pass', 'pass', 'pass', 'pass', 'pass', 900, 900]);
    }
  });

  it('starts again after a right password, for that subject only', async () => {
    const { attempts, times } = setUp();
    await times(4);
    await times(4, 'b@example.com');
    await attempts.succeeded('a@example.com');
    expect(await times(5)).toEqual(Array(5).fill('pass'));
    expect(await times(2, 'b@example.com')).toEqual(['pass', 900]);
  });

  it('clears the counter of passwords and nothing else', async () => {
    const { store, attempts, times } = setUp();
    await store.increment('mfa:subject', HOUR);
    await times(1);
    await attempts.succeeded('a@example.com');
    expect(store.size).toBe(1);
    expect((await store.increment('mfa:subject', HOUR)).count).toBe(2);
  });

  it('keeps counting after a right password when told so', async () => {
    const { attempts, times } = setUp({ resetOnSuccess: false });
    await times(4);
    await attempts.succeeded('a@example.com');
    expect(await times(2)).toEqual(['pass', 900]);
  });

  it('does nothing when disabled', async () => {
    const { store, attempts, times } = setUp({ enabled: false });
    expect(await times(50)).toEqual(Array(50).fill('pass'));
    await attempts.succeeded('a@example.com');
    expect(store.size).toBe(0);
  });

  it('refuses when the store is not available', async () => {
    const { store, attempts } = setUp();
    store.increment = () => Promise.reject(new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1 }));
    await expect(attempts.count('a@example.com')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});
