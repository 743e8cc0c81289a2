import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import type { AuditEventType, ConfirmPasswordResetRequest } from '../../contracts';
import { NAuthException } from '../../errors';
import { PasswordAttempts } from '../../lockout';
import { NewPasswords, PasswordService } from '../../password';
import { NetworkLimits } from '../../rate-limit';
import type { User } from '../../users';
import { OneTimeCodes, type ProvedCode } from '../../verification';
import { AccountPasswords, type PasswordChangeCause } from './account-passwords.service';
import { RESET_REFUSALS, resetSubject, type ResetPurpose } from './password-reset';
import { ResetAccounts } from './reset-accounts.service';

const CAUSES: Readonly<Record<ResetPurpose, PasswordChangeCause>> = {
  'password-reset': 'reset',
  'admin-password-reset': 'admin_reset',
};
const REFUSED: Readonly<Record<ResetPurpose, AuditEventType>> = {
  'password-reset': 'PASSWORD_RESET_COMPLETED',
  'admin-password-reset': 'ADMIN_PASSWORD_RESET_FAILED',
};

/**
 * Sets a password by a code that was sent to its owner. The code is counted before it is looked at, and used up together
 * with the password (R117). It proves an address and nothing else: nobody is signed in by it, second factors are asked for
 * at the next login, and what was not verified stays so. Strangers who have locked the account do not keep the owner from
 * that login (R023).
 */
@Injectable()
export class ResetConfirmation {
  constructor(
    @Inject(NetworkLimits) private readonly limits: NetworkLimits,
    @Inject(ResetAccounts) private readonly accounts: ResetAccounts,
    @Inject(OneTimeCodes) private readonly codes: OneTimeCodes,
    @Inject(PasswordService) private readonly hashes: PasswordService,
    @Inject(NewPasswords) private readonly newPasswords: NewPasswords,
    @Inject(AccountPasswords) private readonly passwords: AccountPasswords,
    @Inject(PasswordAttempts) private readonly attempts: PasswordAttempts,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /**
   * @throws {NAuthException} PASSWORD_RESET_CODE_INVALID (also for no such account), PASSWORD_RESET_CODE_EXPIRED,
   * PASSWORD_RESET_MAX_ATTEMPTS, VALIDATION_INVALID_PASSWORD and PASSWORD_REUSED (the code may be used again),
   * VALIDATION_FAILED, RATE_LIMIT_PASSWORD_RESET, SERVICE_UNAVAILABLE, and what a `beforePasswordChange` hook refuses with
   */
  async confirm(purpose: ResetPurpose, request: ConfirmPasswordResetRequest): Promise<void> {
    const { identifier, code, newPassword } = request;
    this.hashes.prepare(newPassword, 'newPassword');
    await this.limits.countResetConfirmation();
    const { user, name } = await this.accounts.find(identifier);
    const subject = resetSubject(user, name);
    const proved = await this.codes.check(purpose, subject, code);
    if (typeof proved === 'string' || !user) {
      const why = typeof proved === 'string' ? proved : 'invalid';
      const refusal = RESET_REFUSALS[why];
      await this.refuse(purpose, user, refusal.toLowerCase());
      const retryAfter = why === 'exhausted' ? await this.codes.secondsLeft(purpose, subject) : undefined;
      throw new NAuthException(refusal, { retryAfter });
    }
    const cause = CAUSES[purpose];
    const passwordHash = await this.accept(proved, newPassword, user, cause);
    await this.set(proved, user, passwordHash, cause);
  }

  /** No hash is made, and nothing is said of the account, before the code is known to be right. */
  private async accept(
    { purpose, subject }: ProvedCode,
    newPassword: string,
    user: User,
    cause: PasswordChangeCause,
  ): Promise<string> {
    try {
      const passwordHash = await this.newPasswords.accept(newPassword, user, 'change');
      await this.passwords.ask(user, cause);
      return passwordHash;
    } catch (error) {
      // Whoever has the code does not guess it: another password may be tried with it.
      await this.codes.giveAttemptBack(purpose, subject);
      throw error;
    }
  }

  private async set(
    proved: ProvedCode,
    user: User,
    passwordHash: string,
    cause: PasswordChangeCause,
  ): Promise<void> {
    const recoveredBy = proved.target === user.phone ? 'sms' : 'email';
    const done = await this.passwords.replace({ user, passwordHash, cause, recoveredBy }, async () => {
      if (!(await this.codes.consume(proved))) throw new NAuthException('PASSWORD_RESET_CODE_INVALID');
      return undefined;
    });
    // Whatever changed the account meanwhile has ended its codes.
    if (!done) throw new NAuthException('PASSWORD_RESET_CODE_INVALID');
    await this.attempts.forget(user.id);
  }

  private refuse(purpose: ResetPurpose, user: User | null, reason: string): Promise<void> {
    return this.audit.recordRefusal(REFUSED[purpose], { status: 'FAILURE', userId: user?.id, reason });
  }
}
