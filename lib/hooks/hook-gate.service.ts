import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import type { AuditEventType } from '../contracts';
import { toNAuthException } from '../errors';
import { HookRunner } from './hook-runner';
import type { BeforeHookName, NAuthHooks } from './nauth-hooks';

/** Asks `before` hooks, and puts what they refuse on the trail. */
@Injectable()
export class HookGate {
  constructor(
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /**
   * @param userId whom the trail names; null where there is no account yet
   * @throws {NAuthException} as HookRunner.before
   */
  ask<K extends BeforeHookName>(
    hook: K,
    payload: () => NAuthHooks[K],
    userId: string | null,
  ): Promise<void> | undefined {
    return this.hooks.before(hook, payload)?.catch(async (thrown: unknown) => {
      const type: AuditEventType = hook === 'beforeLogin' ? 'LOGIN_BLOCKED' : 'AUTHORIZATION_DENIED';
      const hasFailed = toNAuthException(thrown).getStatus() >= 500;
      const reason = hasFailed ? 'hook_failed' : 'refused_by_hook';
      await this.audit.recordRefusal(type, { status: 'FAILURE', userId, reason, details: { hook } });
      throw thrown;
    });
  }
}
