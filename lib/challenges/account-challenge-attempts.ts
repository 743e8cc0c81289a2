import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { NAuthException } from '../errors';
import { TRANSIENT_STORE, type TransientStore } from '../storage';
import type { ChallengeAttempts } from './challenge-attempts';

/** Answers that may turn out wrong within the window, over all challenges of one account (R077, R081). */
const MAX_ATTEMPTS = 10;
const WINDOW_MS = 3600_000;

/** Counts answers in the transient store. Without it there is no count, and so no answer is looked at (R149). */
@Injectable()
export class AccountChallengeAttempts implements ChallengeAttempts {
  constructor(@Inject(TRANSIENT_STORE) private readonly store: TransientStore) {}

  async count(subject: string): Promise<void> {
    const { count, ttlMs } = await this.store.increment(key(subject), WINDOW_MS);
    if (count > MAX_ATTEMPTS) {
      throw new NAuthException('CHALLENGE_MAX_ATTEMPTS', {
        retryAfter: Math.max(1, Math.ceil(ttlMs / 1000)),
      });
    }
  }

  giveBack(subject: string): Promise<void> {
    return this.store.decrement(key(subject));
  }
}

/** A digest, so that the store holds no name (R025). */
function key(subject: string): string {
  return `challenge:${createHash('sha256').update(subject).digest('base64url')}`;
}
