import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { NAuthException } from '../errors';
import { TRANSIENT_STORE, type TransientStore } from '../storage';
import type { ChallengeAttempts } from './challenge-attempts';

/** Answers that may turn out wrong within the window, over all challenges of one account (R077, R081). */
const MAX_ATTEMPTS = 10;
const WINDOW_MS = 3600_000;

/** Counts answers in the transient store. Without it there is no count, and so no answer is looked at (R149). */
@Injectable()
export class AccountChallengeAttempts implements ChallengeAttempts {
  constructor(
    @Inject(TRANSIENT_STORE) private readonly store: TransientStore,
    @Inject(AuthAuditService) private readonly audit: Pick<AuthAuditService, 'recordRefusal'>,
  ) {}

  async count(subject: string, userId: string | null): Promise<void> {
    const { count, ttlMs } = await this.store.increment(key(subject), WINDOW_MS);
    if (count > MAX_ATTEMPTS) {
      // Only one caller gets this count. A decoy has its event too, as it must not answer sooner than an account (R017).
      if (count === MAX_ATTEMPTS + 1) await this.recordFirst(userId);
      throw new NAuthException('CHALLENGE_MAX_ATTEMPTS', {
        retryAfter: Math.max(1, Math.ceil(ttlMs / 1000)),
      });
    }
  }

  giveBack(subject: string): Promise<void> {
    return this.store.decrement(key(subject));
  }

  async clear(subject: string): Promise<void> {
    await this.store.delete(key(subject));
  }

  /** Who is refused here has come past the password, or whatever else came first: nobody does that by mistake (R030). */
  private recordFirst(userId: string | null): Promise<void> {
    return this.audit.recordRefusal('SUSPICIOUS_ACTIVITY', {
      status: 'SUSPICIOUS',
      userId,
      reason: 'challenge_account_limit',
      details: { max: MAX_ATTEMPTS, windowSeconds: WINDOW_MS / 1000 },
    });
  }
}

/** A digest, so that the store holds no name (R025). */
function key(subject: string): string {
  return `challenge:${createHash('sha256').update(subject).digest('base64url')}`;
}
