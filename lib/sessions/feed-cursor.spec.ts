import { describe, expect, it } from 'vitest';
import { FeedCursor } from './feed-cursor';

describe('FeedCursor', () => {
  it('does not pass over a number that becomes visible after a higher one', () => {
    const cursor = new FeedCursor(10, 0);
    expect(cursor.isNew(12)).toBe(true);
    cursor.endLook(100);
    expect(cursor.after).toBeLessThan(11);
    expect(cursor.isNew(11)).toBe(true);
    expect(cursor.isNew(12)).toBe(false);
  });

  it('does not pass over a number that was given out before the start and becomes visible after it', () => {
    const cursor = new FeedCursor(5000, 0);
    expect(cursor.after).toBe(4000);
    expect(cursor.isNew(4001)).toBe(true);
    cursor.endLook(14_999);
    expect(cursor.isNew(4999)).toBe(true);
    cursor.endLook(15_000);
    expect(cursor.after).toBe(5000);
  });

  it('reads less again once nothing can appear below', () => {
    const cursor = new FeedCursor(0, 0);
    for (let sequence = 1; sequence <= 5; sequence += 1) cursor.isNew(sequence);
    cursor.endLook(1000);
    cursor.endLook(15_999);
    expect(cursor.after).toBe(0);
    cursor.endLook(16_000);
    expect(cursor.after).toBe(5);
    expect(cursor.isNew(5)).toBe(false);
    expect(cursor.isNew(6)).toBe(true);
  });
});
