import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { UnitOfWork } from '../common';
import { ContextStorage } from '../context';
import { HookRegistry, HookRunner, type HookHandler } from '.';

/** Units that are known by a name. */
const units = new AsyncLocalStorage<string>();
const unitOfWork: UnitOfWork = {
  run: (work) => units.run('unit', work),
  afterCommit: (notice) => notice(),
  isRunning: false,
  afterUnit: (task) => task(),
  outside: (work) => units.exit(work),
};

function setUp(refreshReuse: HookHandler<'refreshReuse'>): HookRunner {
  const options = { timeoutMs: 60_000, handlers: { refreshReuse: [refreshReuse] } };
  const context = new ContextStorage({ now: () => 0 });
  return new HookRunner(new HookRegistry(options), unitOfWork, context, options);
}

const reuse = () => ({ userId: 'u1', sessionId: 's1' });

describe('a hook that nobody waits for', () => {
  afterEach(() => void vi.useRealTimers());

  it('runs outside of the unit of work that it is told in', async () => {
    const seen: unknown[] = [];
    const runner = setUp(() => void seen.push(units.getStore()));
    await unitOfWork.run(async () => runner.notify('refreshReuse', reuse));
    await runner.drain();
    expect(seen).toEqual([undefined]);
  });

  it('keeps no process from stopping for more than five seconds, and is told so (R160)', async () => {
    vi.useFakeTimers();
    const signals: AbortSignal[] = [];
    const runner = setUp((_event, { signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    });
    runner.notify('refreshReuse', reuse);
    let drained = false;
    const draining = runner.drain().then(() => (drained = true));
    await vi.advanceTimersByTimeAsync(4999);
    expect([drained, signals.map(({ aborted }) => aborted)]).toEqual([false, [false]]);
    await vi.advanceTimersByTimeAsync(1);
    expect([drained, signals.map(({ aborted }) => aborted)]).toEqual([true, [true]]);
    await draining;
  });
});
