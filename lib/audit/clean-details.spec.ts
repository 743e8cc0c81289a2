import { expect, it } from 'vitest';
import { cleanDetails } from './clean-details';

it('details that are too long as a whole are left out, and said to be (R128)', () => {
  const list = (length: number): string[] => Array.from({ length }, () => 'x'.repeat(200));
  expect(cleanDetails({ list: list(2) })).toEqual({ list: list(2) });
  const wide = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`list${index}`, list(20)]));
  expect(cleanDetails(wide)).toEqual({ truncated: true });
});
