import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditRecorder } from '../audit';
import { CLOCK, UNKNOWN_NETWORK, type Clock } from '../common';
import { ContextStorage, type ClientInfo } from '../context';
import { NAuthException } from '../errors';
import { TRANSIENT_STORE, type TransientStore } from '../storage';
import { ADAPTIVE_MFA_OPTIONS, type BlockScope, type ResolvedAdaptiveMfaOptions } from './risk.options';

/**
 * Keeps out for a while whom an assessment has blocked. Each scope has keys of its own. Blocks of addresses and devices
 * count before a password is looked at, for known and unknown accounts alike (R013); a block of a user says that there is
 * one, so it counts once the first factor has been proved.
 */
@Injectable()
export class SignInBlocks {
  constructor(
    @Inject(TRANSIENT_STORE) private readonly store: TransientStore,
    @Inject(AuditRecorder) private readonly audit: AuditRecorder,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(ADAPTIVE_MFA_OPTIONS) private readonly options: ResolvedAdaptiveMfaOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * For who has not proved anything yet.
   *
   * @throws {NAuthException} SIGNIN_BLOCKED_HIGH_RISK; SERVICE_UNAVAILABLE when the store cannot say (R149)
   */
  async assertClientMayTry(): Promise<void> {
    const scope = this.scope();
    if (scope === 'ip' || scope === 'device') await this.assertFree(scope, this.clientKey(scope), null);
  }

  /**
   * For who has proved to be this user.
   *
   * @throws {NAuthException} as `assertClientMayTry`
   */
  async assertUserMaySignIn(userId: string): Promise<void> {
    if (this.scope() === 'user') await this.assertFree('user', userKey(userId), userId);
    else await this.assertClientMayTry();
  }

  /** Starts a block, which a later one does not prolong. */
  async block(userId: string): Promise<NAuthException> {
    const { scope, durationMs } = this.options.block;
    const key = scope === 'user' ? userKey(userId) : this.clientKey(scope);
    const end = new Date(this.clock.now() + durationMs).toISOString();
    if (key === undefined) return this.refusal(undefined);
    const isFirst = await this.store.setIfAbsent(key, end, durationMs);
    return this.refusal(isFirst ? end : ((await this.store.get(key)) ?? end));
  }

  private async assertFree(scope: BlockScope, key: string | undefined, userId: string | null): Promise<void> {
    const end = key === undefined ? null : await this.store.get(key);
    if (end === null) return;
    // Costs its sender nothing, so it is recorded once in a while only (R030).
    await this.audit.recordLimited(
      'LOGIN_BLOCKED',
      { status: 'FAILURE', userId, reason: `blocked_${scope}` },
      key,
    );
    throw this.refusal(end);
  }

  /** The scope, when there is a level that blocks at all: nothing is asked of the store otherwise. */
  private scope(): BlockScope | undefined {
    const { enabled, levels, block } = this.options;
    const canBlock = enabled && Object.values(levels).some(({ action }) => action === 'block_signin');
    return canBlock ? block.scope : undefined;
  }

  private clientKey(scope: 'ip' | 'device'): string | undefined {
    const client = this.context.current()?.client;
    if (!client) return undefined;
    if (scope === 'device') return key('device', deviceOf(client));
    // All clients without an address share it, so it would be a block of them all.
    return client.network === UNKNOWN_NETWORK ? undefined : key('ip', client.network);
  }

  private refusal(expiresAt: string | undefined): NAuthException {
    const { message } = this.options.block;
    return new NAuthException('SIGNIN_BLOCKED_HIGH_RISK', {
      message,
      details: expiresAt ? { expiresAt } : undefined,
    });
  }
}

function userKey(userId: string): string {
  return key('user', userId);
}

/** By its token; a client without one is what it says it is, at its address. */
function deviceOf({ deviceToken, network, userAgent }: ClientInfo): string {
  return deviceToken === null ? `client\n${network}\n${userAgent ?? ''}` : `token\n${deviceToken}`;
}

/** A digest, so that the store holds no address and no token (R025). */
function key(scope: BlockScope, value: string): string {
  return `risk-block:${scope}:${createHash('sha256').update(value).digest('base64url')}`;
}
