import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { atLeast, UNIT_OF_WORK, type UnitOfWork } from '../../common';
import type { ConfirmAdminPasswordResetResponse, ConfirmForgotPasswordResponse } from '../../contracts';
import type { ForgotPasswordResponse } from '../../contracts';
import { NAuthException } from '../../errors';
import { PASSWORD_OPTIONS, type ResolvedPasswordOptions } from '../../password';
import { accountSubject, nameSubject, NetworkLimits, RateLimiter, type RateLimit } from '../../rate-limit';
import type { User, UserIdentifier } from '../../users';
import { AddressMask, OneTimeCodes, type AdmittedCode } from '../../verification';
import { ConfirmPasswordResetDTO, ForgotPasswordDTO } from '../dto';
import { resetSubject } from '../passwords/password-reset';
import { ResetAccounts, type NamedAccount } from '../passwords/reset-accounts.service';
import { ResetConfirmation } from '../passwords/reset-confirmation.service';
import { lifeOf, ResetMessages } from '../passwords/reset-messages.service';
import { validateDto } from '../../validation';

/** Longer than the work for any account takes as a rule, so that the work does not show (R016). */
const FLOOR_MS = 150;
const BELIEVE_MS = 60_000;

/**
 * A forgotten password: a code for its owner, and a new one by that code. Known, unknown, social and disabled accounts take
 * the same steps and get the same answer; a name without an account has limits and codes of its own (R016).
 */
@Injectable()
export class ResetPasswordUseCase {
  private readonly accountLimit: RateLimit;

  constructor(
    @Inject(PASSWORD_OPTIONS) private readonly options: ResolvedPasswordOptions,
    @Inject(NetworkLimits) private readonly networks: NetworkLimits,
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
    @Inject(ResetAccounts) private readonly accounts: ResetAccounts,
    @Inject(ResetMessages) private readonly messages: ResetMessages,
    @Inject(ResetConfirmation) private readonly confirmation: ResetConfirmation,
    @Inject(OneTimeCodes) private readonly codes: OneTimeCodes,
    @Inject(AddressMask) private readonly mask: AddressMask,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {
    this.accountLimit = {
      ...options.passwordReset.rateLimit,
      name: 'reset-request',
      code: 'RATE_LIMIT_PASSWORD_RESET',
      event: 'PASSWORD_RESET_REQUESTED',
      believeMs: BELIEVE_MS,
    };
  }

  /** @throws {NAuthException} VALIDATION_FAILED, RATE_LIMIT_PASSWORD_RESET, SERVICE_UNAVAILABLE */
  async request(body: unknown): Promise<ForgotPasswordResponse> {
    const { identifier } = validateDto(ForgotPasswordDTO, body);
    await this.networks.countResetRequest();
    const account = await this.accounts.find(identifier);
    const { user, name } = account;
    await this.limiter.take(this.accountLimit, user ? accountSubject(user.id) : nameSubject(name));
    await atLeast(FLOOR_MS, this.send(account));
    return this.answer(account.identifier);
  }

  /**
   * @throws {NAuthException} VALIDATION_FAILED, PASSWORD_RESET_CODE_INVALID, PASSWORD_RESET_CODE_EXPIRED,
   * PASSWORD_RESET_MAX_ATTEMPTS, VALIDATION_INVALID_PASSWORD, PASSWORD_REUSED, RATE_LIMIT_PASSWORD_RESET,
   * SERVICE_UNAVAILABLE
   */
  async confirm(body: unknown): Promise<ConfirmForgotPasswordResponse> {
    await this.confirmation.confirm('password-reset', validateDto(ConfirmPasswordResetDTO, body));
    return { success: true, mustChangePassword: false };
  }

  /** As `confirm`, with a code that an administrator had sent. */
  async confirmAdminReset(body: unknown): Promise<ConfirmAdminPasswordResetResponse> {
    await this.confirmation.confirm('admin-password-reset', validateDto(ConfirmPasswordResetDTO, body));
    return { success: true };
  }

  private async send({ user, name, identifier }: NamedAccount): Promise<void> {
    const admitted = user ? await this.admit(user, identifier) : undefined;
    await this.unitOfWork.run(async () => {
      if (user && admitted) await this.messages.send(admitted, user);
      else await this.issueDecoy(name);
      await this.audit.record('PASSWORD_RESET_REQUESTED', {
        status: 'INFO',
        userId: user?.id,
        reason: user ? (admitted?.channel ?? 'not_sent') : 'unknown_identifier',
      });
    });
  }

  /** A recipient that gets too much already gets nothing more, and the answer does not say so. */
  private async admit(user: User, identifier: UserIdentifier | undefined): Promise<AdmittedCode | undefined> {
    // Whoever gives an address is told that a message goes there.
    const channel = identifier?.kind === 'email' ? 'email' : this.messages.channelFor(user);
    try {
      return await this.messages.admit(user, 'password-reset', channel, this.options.passwordReset);
    } catch (error) {
      if (error instanceof NAuthException && error.getStatus() < 500) return undefined;
      throw error;
    }
  }

  /** A code that nobody gets, of somebody who is not there. */
  private async issueDecoy(name: string): Promise<void> {
    const { codeLength, expiresInMs, maxAttempts, resendDelayMs } = this.options.passwordReset;
    await this.codes.issue({
      purpose: 'password-reset',
      subject: resetSubject(null, name),
      userId: null,
      target: 'nobody',
      renewal: 'new-life',
      ...{ codeLength, expiresInMs, maxAttempts, resendDelayMs },
    });
  }

  /** Of the identifier alone. What stands on an account would tell that there is one. */
  private answer(identifier: UserIdentifier | undefined): ForgotPasswordResponse {
    const { passwordReset } = this.options;
    if (identifier?.kind !== 'email') {
      return { success: true, expiresIn: lifeOf('sms', passwordReset).expiresInMs / 1000 };
    }
    return {
      success: true,
      destination: this.mask.hint('email', identifier.value),
      deliveryMedium: 'email',
      expiresIn: passwordReset.expiresInMs / 1000,
    };
  }
}
