import { describe, expect, it } from 'vitest';
import { PasskeyDecoys } from '../../../lib/mfa/passkey/passkey-decoys';

const keys = (secret: number) => ({ current: 'k', keys: new Map([['k', new Uint8Array(32).fill(secret)]]) });

describe('PasskeyDecoys (R017)', () => {
  const decoys = new PasskeyDecoys(keys(1));
  const lengths = (ids: readonly string[]): number[] => ids.map((id) => Buffer.from(id, 'base64url').length);

  it('fills a list up with the same ids every time, and others for another name or key', () => {
    const first = decoys.fill([], 'email ada@example.com');
    expect(first).toHaveLength(4);
    expect(new Set(first).size).toBe(4);
    expect(decoys.fill([], 'email ada@example.com')).toEqual(first);
    const others = [
      ...decoys.fill([], 'email bob@example.com'),
      ...new PasskeyDecoys(keys(2)).fill([], 'email ada@example.com'),
    ];
    expect(first.filter((id) => others.includes(id))).toEqual([]);
  });

  it('has ids of the lengths that there are', () => {
    const ids = Array.from({ length: 200 }, (_, index) => decoys.fill([], `username u${index}`)).flat();
    expect(new Set(lengths(ids))).toEqual(new Set([16, 20, 32, 48, 64]));
  });

  it('lists every real one, at no particular place', () => {
    const places = new Set<number>();
    for (let index = 0; index < 100; index += 1) {
      const real = Buffer.alloc(32, index).toString('base64url');
      places.add(decoys.fill([real], 'email ada@example.com').indexOf(real));
    }
    expect(places.has(-1)).toBe(false);
    expect(places.size).toBeGreaterThan(2);
    const many = Array.from({ length: 7 }, (_, index) => Buffer.alloc(32, index).toString('base64url'));
    expect(decoys.fill(many, 'email ada@example.com').sort()).toEqual([...many].sort());
  });
});
