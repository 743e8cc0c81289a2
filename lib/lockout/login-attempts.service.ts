import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { NAuthException } from '../errors';
import { TRANSIENT_STORE, type TransientStore } from '../storage';
import { LOCKOUT_OPTIONS, type ResolvedLockoutOptions } from './lockout.options';

/**
 * Caps the password attempts on one subject, over all instances and all routes that check a password (R020). A subject is
 * whatever the caller asks a password for, such as a canonical identifier, whether an account has it or not: the sequence
 * of answers is the same for both (R017).
 */
@Injectable()
export class LoginAttempts {
  constructor(
    @Inject(TRANSIENT_STORE) private readonly store: TransientStore,
    @Inject(LOCKOUT_OPTIONS) private readonly options: ResolvedLockoutOptions,
  ) {}

  /**
   * Counts an attempt and refuses it above `maxAttempts`, in one atomic step. To be called before the password is looked
   * at (R021) and outside a unit of work, whose rollback would forget the attempt.
   * @throws {NAuthException} RATE_LIMIT_LOGIN with `retryAfter` in whole seconds, at least 1 (R030)
   * @throws {NAuthException} SERVICE_UNAVAILABLE when the store does not answer: no count, no attempt (R149)
   */
  async count(subject: string): Promise<void> {
    const { enabled, maxAttempts, attemptWindowMs, durationMs } = this.options;
    if (!enabled) return;
    const key = attemptsKey(subject);
    const { count, ttlMs } = await this.store.increment(key, attemptWindowMs);
    if (count > maxAttempts) {
      throw new NAuthException('RATE_LIMIT_LOGIN', { retryAfter: Math.max(1, Math.ceil(ttlMs / 1000)) });
    }
    // The last allowed attempt turns the window into the lock. Only one caller gets this count, and refused attempts do
    // not prolong it, so a stranger cannot keep the owner out by trying on. A crash before this line leaves the counter
    // with the rest of its window: another length than `duration`, but a lock that ends by itself (R022).
    if (count === maxAttempts) await this.store.expire(key, durationMs);
  }

  /** Starts the count again after a right password. Clears nothing but this counter (R029). */
  async succeeded(subject: string): Promise<void> {
    if (this.options.enabled && this.options.resetOnSuccess) await this.store.delete(attemptsKey(subject));
  }
}

/** A digest, so that neither length nor content of what a user typed reaches the store (R025). */
function attemptsKey(subject: string): string {
  return `login:${createHash('sha256').update(subject).digest('base64url')}`;
}
