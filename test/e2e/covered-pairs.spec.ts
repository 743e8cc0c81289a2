import { describe, expect, it } from 'vitest';
import { hostNames } from '../hosts/arguments';
import { engines } from '../support/services';
import { coversHalf, coversPairs } from './support/covered-pairs';

const manners = [
  ['json', 'native'],
  ['cookies', 'browser'],
  ['hybrid', 'native'],
  ['hybrid', 'browser'],
] as const;

describe('the combinations that suites over HTTP run on', () => {
  it('have every pair of host, engine and manner of delivery among them', () => {
    const found = new Set<string>();
    for (const engine of engines)
      for (const host of hostNames)
        for (const [delivery, style] of manners)
          if (coversPairs(engine, host, delivery, style))
            addPairs(found, engine, host, `${delivery} ${style}`);
    expect(found.size).toBe(
      engines.length * hostNames.length + (engines.length + hostNames.length) * manners.length,
    );
  });

  it('have every pair of host, engine and delivery among them where there are two', () => {
    const found = new Set<string>();
    for (const engine of engines)
      for (const host of hostNames)
        for (const delivery of ['json', 'cookies'] as const)
          if (coversHalf(engine, host, delivery)) addPairs(found, engine, host, delivery);
    expect(found.size).toBe(engines.length * hostNames.length + (engines.length + hostNames.length) * 2);
  });
});

function addPairs(found: Set<string>, engine: string, host: string, manner: string): void {
  found.add(`${engine} | ${host}`).add(`${host} | ${manner}`).add(`${engine} | ${manner}`);
}
