import { describe, expect, it } from 'vitest';
import { timeOrderedId } from './time-ordered-id';

const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('timeOrderedId', () => {
  it('is a UUID of version 7 that begins with the time', () => {
    const id = timeOrderedId(0x017f22e279b0);
    expect(id).toMatch(V7);
    expect(id.slice(0, 13)).toBe('017f22e2-79b0');
  });

  it('sorts in the order of making, also within one millisecond', () => {
    const ids = Array.from({ length: 4000 }, (_, index) => timeOrderedId(1000 + Math.floor(index / 2000)));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('never repeats, whatever the clock says', () => {
    const ids = Array.from({ length: 20_000 }, () => timeOrderedId(5));
    expect(new Set([...ids, timeOrderedId(-1), timeOrderedId(4)]).size).toBe(ids.length + 2);
    expect(timeOrderedId(-1)).toMatch(V7);
  });
});
