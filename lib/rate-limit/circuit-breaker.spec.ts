import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CircuitBreaker } from './circuit-breaker';

describe('CircuitBreaker', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  function setUp() {
    const changes: unknown[] = [];
    const circuit = new CircuitBreaker(1000, (error) => changes.push(error));
    let calls = 0;
    const good = () => {
      calls += 1;
      return Promise.resolve({ value: 1 });
    };
    const bad = () => {
      calls += 1;
      return Promise.reject(new Error('down'));
    };
    return { circuit, changes, good, bad, calls: () => calls };
  }

  it('leaves alone what failed, for a second', async () => {
    const { circuit, good, bad, calls } = setUp();
    expect(await circuit.call(good)).toEqual({ value: 1 });
    expect(await circuit.call(bad)).toBeUndefined();
    expect(circuit.isClosed).toBe(false);
    vi.advanceTimersByTime(999);
    expect(await circuit.call(good)).toBeUndefined();
    expect(calls()).toBe(2);
    vi.advanceTimersByTime(1);
    expect(await circuit.call(good)).toEqual({ value: 1 });
    expect(circuit.isClosed).toBe(true);
  });

  it('lets one call try it while the others go on without', async () => {
    const { circuit, bad, good, calls } = setUp();
    await circuit.call(bad);
    vi.advanceTimersByTime(1000);
    let answer: (value: object) => void = () => undefined;
    const slow = circuit.call(() => new Promise<object>((resolve) => (answer = resolve)));
    expect(await circuit.call(good)).toBeUndefined();
    expect(calls()).toBe(1);
    answer({});
    expect(await slow).toEqual({});
    expect(await circuit.call(good)).toEqual({ value: 1 });
  });

  it('waits another second when the try fails', async () => {
    const { circuit, bad, calls } = setUp();
    await circuit.call(bad);
    for (let second = 0; second < 3; second += 1) {
      vi.advanceTimersByTime(1000);
      await Promise.all([circuit.call(bad), circuit.call(bad), circuit.call(bad)]);
    }
    expect(calls()).toBe(4);
  });

  it('tells once that it went down and once that it is back', async () => {
    const { circuit, changes, bad, good } = setUp();
    await Promise.all([circuit.call(bad), circuit.call(bad), circuit.call(bad)]);
    vi.advanceTimersByTime(1000);
    await circuit.call(bad);
    vi.advanceTimersByTime(1000);
    await circuit.call(good);
    await circuit.call(good);
    expect(changes).toEqual([new Error('down'), undefined]);
  });
});
