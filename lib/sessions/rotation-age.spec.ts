import { describe, expect, it } from 'vitest';
import { RotationAge } from './rotation-age';
import { row } from './session.fixture';
import type { RefreshCandidate } from './session.repository';

const MINUTE = 60_000;
const NOW = 1_000_000_000;

function candidate(generation: number, rotationAgeMs: number | null): RefreshCandidate {
  const { session, user } = row('s1', 'u1');
  return { session: { ...session, generation }, user, rotationAgeMs };
}

describe('RotationAge', () => {
  const arrivedNow = (at: number) => ({ at, ticks: performance.now() });

  it('goes by the database where another instance made the rotation, however far apart the clocks are', () => {
    const ages = new RotationAge();
    for (const skew of [0, MINUTE, -MINUTE, 5 * MINUTE, -5 * MINUTE]) {
      const age = ages.whenPresented(candidate(1, 5000), arrivedNow(NOW + skew));
      expect(age).toBeLessThanOrEqual(5000);
      expect(age).toBeGreaterThan(4900);
    }
  });

  it('takes off what has passed since the request came', () => {
    const arrival = { at: NOW, ticks: performance.now() - 300 };
    expect(new RotationAge().whenPresented(candidate(1, 200), arrival)).toBeLessThan(0);
  });

  it('goes by the greater age where it knows its own', () => {
    const ages = new RotationAge();
    ages.note('s1', 1, NOW);
    expect(ages.whenPresented(candidate(1, 0), arrivedNow(NOW + 11_000))).toBe(11_000);
    // A clock that was set back does not make the rotation young again.
    expect(ages.whenPresented(candidate(1, 11_000), arrivedNow(NOW - 5 * MINUTE))).toBeGreaterThan(10_900);
    // Since then another instance has rotated.
    expect(ages.whenPresented(candidate(2, 0), arrivedNow(NOW + 11_000))).toBeLessThanOrEqual(0);
  });

  it('knows nothing of a session that was never rotated', () => {
    expect(new RotationAge().whenPresented(candidate(0, null), arrivedNow(NOW))).toBe(-Infinity);
  });
});
