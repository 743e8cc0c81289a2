import { AsyncLocalStorage } from 'node:async_hooks';
import { NAuth, type NAuthCore } from '@nauth-toolkit/nestjs';
import { describe, expect, it, vi } from 'vitest';
import { account, testConfig } from './nest/support';

/** Starts an application, signs somebody up in a request, and closes it within that request. */
async function serveOnce(): Promise<{ during: unknown; after: unknown }> {
  const attach = (given: NAuthCore): { core: NAuthCore } => ({ core: given });
  const { core } = await NAuth.create({ config: testConfig(), adapter: { attach } });
  const state = core.context.open({
    method: 'POST',
    url: '/',
    headers: {},
    socket: { remoteAddress: '192.0.2.1' },
  });
  return core.context.run(state, async () => {
    await core.authService.signup(account);
    const during = core.context.current();
    await core.close();
    return { during: during === state, after: core.context.current() };
  });
}

describe('an application that has been closed', () => {
  it('has no request in hand any more, for work that still goes on', async () => {
    expect(await serveOnce()).toEqual({ during: true, after: undefined });
  });

  it('leaves nothing open that each promise of the process would pay for', async () => {
    const run = vi.spyOn(AsyncLocalStorage.prototype, 'run');
    const disable = vi.spyOn(AsyncLocalStorage.prototype, 'disable');
    try {
      await serveOnce();
      const first = new Set(run.mock.contexts);
      run.mockClear();
      await serveOnce();
      // What both have used belongs to the process.
      const own = [...new Set(run.mock.contexts)].filter((storage) => !first.has(storage));
      expect(own.length).toBeGreaterThanOrEqual(3);
      expect(own.filter((storage) => !disable.mock.contexts.includes(storage))).toEqual([]);
    } finally {
      run.mockRestore();
      disable.mockRestore();
    }
  });
});
