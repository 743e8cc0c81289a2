import { describe, expect, it } from 'vitest';
import { Cleaner, type CleaningStep } from './cleaner';
import { MemoryTransientStore } from './memory/memory-transient-store';

const NOW = Date.parse('2026-03-01T10:00:00.123Z');

class Sweeper extends Cleaner {
  constructor(store: MemoryTransientStore, steps: readonly CleaningStep[]) {
    super(store, { now: () => NOW }, { name: 'sweeper', intervalMs: 3600_000, steps });
  }
}

/** A table with so many rows to remove, and what it was asked for. */
function table(name: string, restMs: number, rows: number, asked: [string, number][]): CleaningStep {
  let left = rows;
  return {
    restMs,
    remove: (before, limit) => {
      asked.push([name, NOW - before.getTime()]);
      const removed = Math.min(left, limit);
      left -= removed;
      return Promise.resolve(removed);
    },
  };
}

describe('Cleaner', () => {
  const setUp = () => {
    const asked: [string, number][] = [];
    const steps = [table('notes', 60_000, 700, asked), table('rows', 0, 1, asked)];
    const store = new MemoryTransientStore({ now: () => NOW });
    return { asked, store, sweeper: new Sweeper(store, steps) };
  };

  it('goes through its steps in batches, each with the time that its rows rest', async () => {
    const { asked, sweeper } = setUp();
    await sweeper.clean();
    expect(asked).toEqual([
      ['notes', 60_000],
      ['notes', 60_000],
      ['rows', 0],
    ]);
  });

  it('ends between two batches when it is told to', async () => {
    const { asked, sweeper } = setUp();
    await sweeper.clean(() => asked.length === 1);
    expect(asked).toEqual([['notes', 60_000]]);
  });

  it('leaves a round to the instance that is at it', async () => {
    const { asked, store, sweeper } = setUp();
    await store.setIfAbsent('lease:sweeper', 'somebody else', 60_000);
    await sweeper.round();
    expect(asked).toEqual([]);
  });
});
