import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InFlightGate } from './in-flight-gate';

/** Works that end when they are told to. */
function works() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    started.push(name);
    return new Promise<{ name: string }>((resolve) => ends.set(name, () => resolve({ name })));
  };
  return { started, work, end: (name: string) => ends.get(name)?.() };
}

describe('InFlightGate', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('starts works of one key in the order of arrival, a few at a time, and keeps keys apart', async () => {
    const gate = new InFlightGate(10, 1000);
    const { started, work, end } = works();
    const all = ['a1', 'a2', 'a3', 'a4', 'b1'].map((name) => gate.run(name.slice(0, 1), 2, work(name)));
    await vi.advanceTimersByTimeAsync(0);
    expect(started).toEqual(['a1', 'a2', 'b1']);
    for (const name of ['a2', 'a1', 'b1', 'a3', 'a4']) {
      end(name);
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(started).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
    expect((await Promise.all(all)).map((result) => result?.name)).toEqual(['a1', 'a2', 'a3', 'a4', 'b1']);
    expect(gate.size).toBe(0);
  });

  it('turns away who waits too long or finds no room, and forgets them', async () => {
    const gate = new InFlightGate(2, 1000);
    const { started, work, end } = works();
    const first = gate.run('a', 1, work('first'));
    const waiting = [gate.run('a', 1, work('second')), gate.run('a', 1, work('third'))];
    expect(await gate.run('a', 1, work('fourth'))).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
    const next = gate.run('a', 1, work('fifth'));
    end('first');
    expect(await first).toEqual({ name: 'first' });
    await vi.advanceTimersByTimeAsync(0);
    end('fifth');
    expect(await next).toEqual({ name: 'fifth' });
    expect(started).toEqual(['first', 'fifth']);
    expect([gate.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('hands its place on when a work fails', async () => {
    const gate = new InFlightGate(2, 1000);
    const failed = gate.run('a', 1, () => Promise.reject(new Error('broken')));
    const next = gate.run('a', 1, () => Promise.resolve({ name: 'next' }));
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toEqual({ name: 'next' });
  });
});
