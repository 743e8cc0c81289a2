import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WaitBudget } from './wait-budget';

describe('WaitBudget', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('is used up by long waits, whatever their number', () => {
    const budget = new WaitBudget(3500);
    expect(budget.remaining()).toBe(3550);
    budget.spend(2000);
    expect(budget.remaining()).toBe(1600);
    budget.spend(1600);
    expect(budget.remaining()).toBe(0);
    budget.spend(500);
    expect(budget.remaining()).toBe(0);
  });

  it('is not used up by short ones: a request may ask a fast database as often as it likes', () => {
    const budget = new WaitBudget(3500);
    for (let turn = 0; turn < 10_000; turn += 1) budget.spend(50);
    expect(budget.remaining()).toBe(3550);
  });

  it('is whole again for a request that goes on long after', () => {
    const budget = new WaitBudget(3500);
    budget.spend(4000);
    vi.advanceTimersByTime(10_000);
    expect(budget.remaining()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(budget.remaining()).toBe(3550);
  });
});
