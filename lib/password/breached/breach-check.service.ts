import { Inject, Injectable, Logger } from '@nestjs/common';
import { AuditRecorder } from '../../audit';
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
    @Inject(AuditRecorder) private readonly audit: AuditRecorder,
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
    const type = 'PASSWORD_BREACH_CHECK_FAILED';
    if (this.options.breachCheck.onFailure === 'allow') {
      this.logger.warn(`A new password could not be looked up and was taken: ${errorKind(error)}`);
      await this.audit.record(type, { status: 'INFO', userId, reason: 'taken_unchecked' });
      return false;
    }
    this.logger.warn(`A new password could not be looked up and was refused: ${errorKind(error)}`);
    await this.audit.recordLimited(type, { status: 'FAILURE', userId, reason: 'refused' });
    throw new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: RETRY_AFTER_SECONDS, cause: error });
  }
}

/** Ends the wait for a collection that does not look at its signal. */
function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
