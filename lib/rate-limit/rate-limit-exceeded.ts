import { NAuthException } from '../errors';
import { longestLockMs, type RateLimit } from './rate-limit';

/** A limit refuses: the code of the limit with status 429 and `retryAfter` in whole seconds, at least 1 (R030). */
export class RateLimitExceeded extends NAuthException {
  /**
   * @param waitMs until the subject may try again
   * @param isFirst the first refusal of this window, over all instances: the one that is worth telling anybody
   */
  constructor(
    readonly limit: RateLimit,
    waitMs: number,
    readonly isFirst = false,
  ) {
    // A clock that was set back makes a window no longer.
    const longestMs = Math.max(limit.windowMs, longestLockMs(limit));
    super(limit.code, { retryAfter: Math.max(1, Math.ceil(Math.min(waitMs, longestMs) / 1000)) });
  }
}
