import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/notifications';
import { DeliveryQueue } from './delivery-queue';

describe('DeliveryQueue', () => {
  it('runs a few at once, takes as many as it has room for, and none twice', async () => {
    let running = 0;
    let most = 0;
    const done: string[] = [];
    const releases: (() => void)[] = [];
    const queue = new DeliveryQueue(
      async (id) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((release) => releases.push(release));
        running -= 1;
        done.push(id);
      },
      { concurrency: 2, capacity: 3 },
    );
    const taken = Array.from({ length: 7 }, (_, index) => queue.add(String(index)));
    expect(taken).toEqual([true, true, true, true, true, false, false]);
    expect([queue.add('0'), queue.add('4'), queue.size]).toEqual([true, true, 5]);
    for (let job = 0; job < 5; job += 1) {
      await eventually(() => releases.length > 0);
      releases.shift()?.();
    }
    await eventually(() => queue.size === 0);
    expect([done.sort(), most]).toEqual([['0', '1', '2', '3', '4'], 2]);
  });

  it('runs outside of what the caller is in', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const queue = new DeliveryQueue(() => Promise.resolve(void seen.push(context.getStore())), {
      concurrency: 1,
      capacity: 10,
    });
    context.run('a unit of work', () => {
      queue.add('a');
      queue.add('b');
      expect(seen).toEqual([]);
    });
    await eventually(() => queue.size === 0);
    expect(seen).toEqual([undefined, undefined]);
  });

  it('goes on after what fails, and takes nothing when it is closed', async () => {
    let jobs = 0;
    const queue = new DeliveryQueue(
      async () => {
        jobs += 1;
        await Promise.resolve();
      },
      { concurrency: 1, capacity: 10 },
    );
    queue.add('a');
    queue.add('b');
    await queue.close(5000);
    expect([jobs, queue.add('c'), queue.size]).toEqual([2, false, 0]);
  });
});
