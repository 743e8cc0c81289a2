import { describe, expect, it } from 'vitest';
import { ExclusiveTask } from './exclusive-task';
import { MemoryTransientStore } from './memory/memory-transient-store';

const HOUR = 3_600_000;

function setUp(work: () => Promise<void>) {
  let time = 0;
  const store = new MemoryTransientStore({ now: () => time });
  const make = () => new ExclusiveTask(store, 'test', work, HOUR, 60_000);
  return { store, make, advance: (ms: number) => (time += ms) };
}

describe('ExclusiveTask', () => {
  it('runs on one instance at a time', async () => {
    let running = 0;
    let most = 0;
    let rounds = 0;
    const { make } = setUp(async () => {
      running += 1;
      rounds += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    });
    const tasks = Array.from({ length: 10 }, make);
    await Promise.all(tasks.map((task) => task.round()));
    expect([rounds, most]).toEqual([1, 1]);
    for (const task of tasks) await task.round();
    expect([rounds, most]).toEqual([11, 1]);
  });

  it('gives the lease back when the work fails', async () => {
    let rounds = 0;
    const { make } = setUp(() => {
      rounds += 1;
      return Promise.reject(new Error('broken'));
    });
    await expect(make().round()).rejects.toThrow('broken');
    await expect(make().round()).rejects.toThrow('broken');
    expect(rounds).toBe(2);
  });

  it('takes over from an instance that died, and does not take the lease of another away', async () => {
    let finish: () => void = () => undefined;
    let rounds = 0;
    const { make, advance, store } = setUp(() => {
      rounds += 1;
      return new Promise<void>((resolve) => (finish = resolve));
    });
    const first = make().round();
    await new Promise(setImmediate);
    const endFirst = finish;
    advance(60_000);
    const second = make().round();
    await new Promise(setImmediate);
    expect(rounds).toBe(2);
    endFirst();
    await first;
    expect(await store.get('lease:test')).not.toBeNull();
    finish();
    await second;
    expect(await store.get('lease:test')).toBeNull();
  });

  it('does nothing without the store', async () => {
    let rounds = 0;
    const { make, store } = setUp(() => {
      rounds += 1;
      return Promise.resolve();
    });
    store.setIfAbsent = () => Promise.reject(new Error('down'));
    await expect(make().round()).rejects.toThrow('down');
    expect(rounds).toBe(0);
  });
});
