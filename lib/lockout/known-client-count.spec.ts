import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { attemptsOfCount, HIGHEST_MAX_ATTEMPTS, knownClientCount } from './known-client-count';

function countsOf(kind: 'device' | 'network', userId: string, maxAttempts: number): Set<string> {
  const clients = Array.from({ length: 500 }, (_, index) => `${kind}:${index}`);
  return new Set(clients.map((knownAs) => knownClientCount(userId, knownAs, maxAttempts)));
}

describe('the count of a known client', () => {
  const userId = randomUUID();

  it.each([1, 2, 5, 10, 20, 33])(
    'is never one of both a device and a network, with %i attempts (R023)',
    (most) => {
      const devices = countsOf('device', userId, most);
      const networks = countsOf('network', userId, most);
      expect([...networks].filter((count) => devices.has(count))).toEqual([]);
    },
  );

  it.each([1, 2, 5, 10, 20, 33, HIGHEST_MAX_ATTEMPTS])(
    'leaves an account at most 100 attempts, with %i for each, strangers included (R020)',
    (most) => {
      const counts = new Set([...countsOf('device', userId, most), ...countsOf('network', userId, most)]);
      expect((counts.size + 1) * most).toBeLessThanOrEqual(100);
    },
  );

  it('is the same for one client, and differs from one account to another', () => {
    expect(knownClientCount(userId, 'device:1', 5)).toBe(knownClientCount(userId, 'device:1', 5));
    const others = Array.from({ length: 100 }, () => knownClientCount(randomUUID(), 'device:1', 5));
    expect(new Set(others).size).toBeGreaterThan(5);
  });
});

describe('the attempts that a count takes within a window', () => {
  const MINUTE = 60_000;
  it.each([
    [5, 60, 15, 60, 15],
    [5, 60, 15, 15, 20],
    [5, 15, 15, 60, 5],
    [5, 60, 1, 60, 30],
    [50, 60, 60, 60, 50],
    [1, 60 * 24 * 365, 1, 1, 100],
  ])(
    'are, of %i at once, in %i minutes, with locks of %i to %i: %i',
    (maxAttempts, window, shortest, longest, most) => {
      const lockout = {
        enabled: true,
        maxAttempts,
        attemptWindowMs: window * MINUTE,
        durationMs: shortest * MINUTE,
        maxDurationMs: longest * MINUTE,
        resetOnSuccess: true,
      };
      expect(attemptsOfCount(lockout)).toBe(most);
    },
  );
});
