import { Inject, Injectable, Logger } from '@nestjs/common';
import { UNIT_OF_WORK, type UnitOfWork } from '../common';
import { ContextStorage } from '../context';
import { NAuthException } from '../errors';
import { frozenCopy } from './frozen-copy';
import { describeFailure } from './hook-failure';
import { hookRefusal } from './hook-refusal';
import { HookRegistry, type RegisteredHook } from './hook-registry';
import { HOOK_OPTIONS, type ResolvedHookOptions } from './hook.options';
import type { BeforeHookName, HookEvent, HookName, NAuthHooks } from './nauth-hooks';
import { TimeLimit } from './time-limit';

/** Whatever a host allows its hooks: a process that stops does not wait for longer (R160). */
const DRAIN_MS = 5000;

/**
 * Calls the hooks of the host, all of one event within one time limit. Nothing that a hook does or returns grants
 * anything: a `before` hook can only stop what would be done without it, an `after` hook comes when it is done.
 *
 * Payloads are made by a function, which is called only when there is a hook.
 */
@Injectable()
export class HookRunner {
  private readonly logger = new Logger(HookRunner.name);
  private readonly limits = new Set<TimeLimit>();
  private readonly background = new Set<Promise<void>>();

  constructor(
    @Inject(HookRegistry) private readonly registry: HookRegistry,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(HOOK_OPTIONS) private readonly options: ResolvedHookOptions,
  ) {}

  /** True when there is a hook of this name: for callers whose payload costs a query. */
  has(hook: HookName): boolean {
    return this.registry.of(hook).length > 0;
  }

  /**
   * Asks the hooks one after the other; the first that refuses is the last to be asked. Belongs outside of a unit of
   * work, which would hold a connection meanwhile.
   *
   * @throws {NAuthException} what a hook refused with; SERVICE_UNAVAILABLE when one failed or did not end in time
   */
  before<K extends BeforeHookName>(hook: K, payload: () => NAuthHooks[K]): Promise<void> | undefined {
    const handlers = this.registry.of(hook);
    return handlers.length === 0 ? undefined : this.ask(hook, handlers, this.eventOf(payload()));
  }

  /**
   * Tells the hooks of what has been done: inside a unit of work once that is committed, when `run` of the unit waits for
   * them. They start in order and run side by side, so that none keeps another waiting. Failures are logged.
   */
  after<K extends HookName>(hook: K, payload: () => NAuthHooks[K]): Promise<void> | undefined {
    const handlers = this.registry.of(hook);
    if (handlers.length === 0) return undefined;
    const event = this.eventOf(payload());
    return this.unitOfWork.afterUnit(() => this.tell(hook, handlers, event));
  }

  /**
   * Tells the hooks without anybody waiting, whatever becomes of the running unit: for alarms, and for refusals, whose
   * time must not depend on what a hook does (R014).
   */
  notify<K extends HookName>(hook: K, payload: () => NAuthHooks[K]): void {
    const handlers = this.registry.of(hook);
    if (handlers.length === 0) return;
    const event = this.eventOf(payload());
    const told = this.unitOfWork.outside(
      () => new Promise<void>((resolve) => setImmediate(() => resolve(this.tell(hook, handlers, event)))),
    );
    this.background.add(told);
    void told.finally(() => this.background.delete(told));
  }

  /** Waits for hooks that nobody else waits for, at most 5 s; what runs on is told to stop and left alone. */
  async drain(): Promise<void> {
    const limit = new TimeLimit(DRAIN_MS);
    while (this.background.size > 0 && !limit.signal.aborted) {
      await limit.within(Promise.all(this.background)).catch(() => undefined);
    }
    limit.end();
    for (const running of this.limits) running.expire();
  }

  private eventOf<K extends HookName>(payload: NAuthHooks[K]): HookEvent<K> {
    const client = this.context.current()?.client;
    return frozenCopy({
      ...payload,
      client: client
        ? { ipAddress: client.ipAddress, userAgent: client.userAgent, requestId: client.requestId }
        : null,
    });
  }

  private ask<K extends BeforeHookName>(
    hook: K,
    handlers: readonly RegisteredHook<K>[],
    event: HookEvent<K>,
  ): Promise<void> {
    return this.limited(async (limit) => {
      for (const handler of handlers) {
        try {
          await this.call(hook, handler, event, limit);
        } catch (thrown) {
          const refusal = hookRefusal(hook, thrown);
          if (!refusal) this.report(hook, handler, thrown);
          throw refusal ?? new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1 });
        }
      }
    });
  }

  private tell<K extends HookName>(
    hook: K,
    handlers: readonly RegisteredHook<K>[],
    event: HookEvent<K>,
  ): Promise<void> {
    return this.limited(async (limit) => {
      const calls = handlers.map((handler) =>
        this.call(hook, handler, event, limit).catch((thrown) => this.report(hook, handler, thrown)),
      );
      await Promise.all(calls);
    });
  }

  private async limited(work: (limit: TimeLimit) => Promise<void>): Promise<void> {
    const limit = new TimeLimit(this.options.timeoutMs);
    this.limits.add(limit);
    try {
      await work(limit);
    } finally {
      limit.end();
      this.limits.delete(limit);
    }
  }

  private call<K extends HookName>(
    hook: K,
    handler: RegisteredHook<K>,
    event: HookEvent<K>,
    limit: TimeLimit,
  ): Promise<void> {
    // The async function turns what is thrown at once into a rejection, and waits for whatever promise is returned.
    const called = (async () => void (await handler.handle(event, { signal: limit.signal })))();
    // Nobody waits for what fails after the limit, which must not end the process as an unhandled rejection.
    called.catch((thrown) => {
      if (limit.signal.aborted) this.report(hook, handler, thrown, 'after its time limit');
    });
    return limit.within(called);
  }

  private report(hook: HookName, { label }: { label: string }, thrown: unknown, when = ''): void {
    const { summary, stack } = describeFailure(thrown);
    try {
      this.logger.error(`Hook ${hook}, ${label}: ${summary}${when && ` ${when}`}`, stack);
    } catch {
      // The logger is the host's too, and there is nobody left to tell.
    }
  }
}
