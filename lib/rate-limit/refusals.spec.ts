import { expect, it } from 'vitest';
import { manualClock } from '../../test/support/transient-database';
import { Refusals } from './refusals';

it('Refusals knows the most recent 20,000 subjects: made-up ones fill no memory', () => {
  const refusals = new Refusals(manualClock());
  for (let subject = 0; subject <= 20_000; subject += 1) refusals.note(String(subject), 60_000, 60_000);
  expect(refusals.waitOf('0')).toBeUndefined();
  expect([refusals.waitOf('1'), refusals.waitOf('20000')]).toEqual([60_000, 60_000]);
});
