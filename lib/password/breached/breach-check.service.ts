import { Inject, Injectable, Logger } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { NAuthException } from '../../errors';
import { errorKind } from '../error-kind';
import { PASSWORD_OPTIONS, type ResolvedPasswordOptions } from '../password.options';
import { BREACHED_PASSWORDS, type BreachedPasswords } from './breached-passwords';

const RETRY_AFTER_SECONDS = 5;

/** Whether a new password is known from a data breach, and what happens when nobody can tell (R004). */
@Injectable()
export class BreachCheck {
  private readonly logger = new Logger(BreachCheck.name);

  constructor(
    @Inject(PASSWORD_OPTIONS)
    private readonly options: Pick<ResolvedPasswordOptions, 'preventBreached' | 'breachCheck'>,
    @Inject(BREACHED_PASSWORDS) private readonly collection: BreachedPasswords,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /**
   * False also where the check is off, and where it failed and `breachCheck.onFailure` is 'allow'.
   * @param prepared the password in the form NFKC
   * @throws {NAuthException} SERVICE_UNAVAILABLE when it failed and `breachCheck.onFailure` is 'refuse'
   */
  async isBreached(prepared: string, userId?: string): Promise<boolean> {
    if (!this.options.preventBreached) return false;
    try {
      const signal = AbortSignal.timeout(this.options.breachCheck.timeoutMs);
      return await Promise.race([this.collection.has(prepared, signal), rejectionOf(signal)]);
    } catch (error) {
      return await this.failed(error, userId);
    }
  }

  private async failed(error: unknown, userId: string | undefined): Promise<false> {
    const { onFailure } = this.options.breachCheck;
    const taken = onFailure === 'allow' ? 'the password was taken unchecked' : 'the password was refused';
    this.logger.warn(`The look-up of a breached password failed, ${taken}: ${errorKind(error)}`);
    await this.audit.recordRefusal('PASSWORD_BREACH_CHECK_FAILED', {
      status: onFailure === 'allow' ? 'INFO' : 'FAILURE',
      userId,
      reason: taken,
    });
    if (onFailure === 'allow') return false;
    throw new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: RETRY_AFTER_SECONDS, cause: error });
  }
}

/** Ends the wait for a collection that does not look at its signal. */
function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
