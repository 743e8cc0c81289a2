import { Inject, Injectable } from '@nestjs/common';
import { UNKNOWN_NETWORK } from '../common';
import { ContextStorage } from '../context';
import { NAuthException } from '../errors';
import { networkSubject, type LimitSubject } from './limit-subject';
import { networkLimit, type RateLimit } from './rate-limit';
import { RateLimiter } from './rate-limiter.service';
import {
  RATE_LIMITS_OPTIONS,
  type ResolvedLimit,
  type ResolvedRateLimitsOptions,
} from './rate-limits.options';

/** Refusals of a refresh that say the token was forged, or spent before. One that is merely over its time says nothing. */
const BAD_TOKENS: readonly string[] = ['AUTH_TOKEN_INVALID', 'AUTH_TOKEN_REUSE_DETECTED'];

/** What the network of the request in hand may do on routes that check no password. */
@Injectable()
export class NetworkLimits {
  private readonly refresh: RateLimit | undefined;
  private readonly signup: RateLimit | undefined;
  private readonly resetRequest: RateLimit | undefined;
  private readonly resetConfirmation: RateLimit | undefined;

  constructor(
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(RATE_LIMITS_OPTIONS) { refresh, signup, passwordReset }: ResolvedRateLimitsOptions,
  ) {
    this.refresh = networkLimit('refresh-network', refresh.network);
    this.signup = networkLimit('signup-network', signup.network);
    this.resetRequest = resetLimit('reset-request-network', passwordReset.network);
    this.resetConfirmation = resetLimit('reset-confirm-network', passwordReset.network);
  }

  /**
   * Does a refresh. Only failures are counted, and after the fact: refresh tokens cannot be guessed, and a good refresh
   * costs no round trip for its limit.
   * @throws {NAuthException} RATE_LIMIT_LOGIN with `retryAfter`, and what `work` throws
   */
  async duringRefresh<T>(work: () => Promise<T>): Promise<T> {
    this.limiter.assertNotRefused(this.refresh, this.subject());
    try {
      return await work();
    } catch (error) {
      if (error instanceof NAuthException && BAD_TOKENS.includes(error.code)) {
        await this.limiter.note(this.refresh, this.subject());
      }
      throw error;
    }
  }

  /**
   * Counts a sign-up, whatever becomes of it: each one may cost a hash and tells whether an address is taken.
   * @throws {NAuthException} RATE_LIMIT_LOGIN with `retryAfter`; SERVICE_UNAVAILABLE
   */
  async countSignup(): Promise<void> {
    await this.limiter.take(this.signup, this.subject());
  }

  /**
   * Counts a request for the reset of a password, whatever becomes of it.
   * @throws {NAuthException} RATE_LIMIT_PASSWORD_RESET with `retryAfter`; SERVICE_UNAVAILABLE
   */
  async countResetRequest(): Promise<void> {
    await this.limiter.take(this.resetRequest, this.subject());
  }

  /**
   * Counts the confirmation of a reset, before its code is looked at.
   * @throws {NAuthException} RATE_LIMIT_PASSWORD_RESET with `retryAfter`; SERVICE_UNAVAILABLE
   */
  async countResetConfirmation(): Promise<void> {
    await this.limiter.take(this.resetConfirmation, this.subject());
  }

  private subject(): LimitSubject {
    return networkSubject(this.context.current()?.client?.network ?? UNKNOWN_NETWORK);
  }
}

function resetLimit(name: string, options: ResolvedLimit | undefined): RateLimit | undefined {
  const limit = networkLimit(name, options);
  return limit && { ...limit, code: 'RATE_LIMIT_PASSWORD_RESET', event: 'PASSWORD_RESET_REQUESTED' };
}
