import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { CHALLENGE_ATTEMPTS, type ChallengeAttempts } from '../challenges';
import { TRANSIENT_STORE, type TransientStore } from '../storage';
import type { User } from '../users';
import { FactorNotices } from './factor-notices.service';

const WINDOW_MS = 3600_000;
/** Wrong answers in the window after which the owner hears of it, once. */
const TELL_AT = 5;

/**
 * Wrong answers of an account over all of its factors. How many there may be is for CHALLENGE_ATTEMPTS to say; here the
 * owner is told that somebody has come past the password (R081). A right password does not start the count again (R029).
 */
@Injectable()
export class FactorFailures {
  constructor(
    @Inject(CHALLENGE_ATTEMPTS) private readonly attempts: ChallengeAttempts,
    @Inject(TRANSIENT_STORE) private readonly store: TransientStore,
    @Inject(FactorNotices) private readonly notices: FactorNotices,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /** @param method as the client named it */
  async failed(user: User, method: string): Promise<void> {
    await this.audit.recordRefusal('MFA_VERIFICATION_FAILED', {
      status: 'FAILURE',
      userId: user.id,
      details: { method },
    });
    const { count } = await this.store.increment(key(user), WINDOW_MS);
    if (count === TELL_AT) await this.notices.wrongCodes(user);
  }

  /** A right answer clears the counts: it was the owner. */
  async succeeded(user: User): Promise<void> {
    await this.store.delete(key(user));
    await this.attempts.clear(user.id);
  }
}

function key(user: User): string {
  return `mfa-wrong:${user.id}`;
}
