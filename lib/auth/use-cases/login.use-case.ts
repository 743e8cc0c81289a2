import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { SignInGate } from '../../challenges';
import { NAuthException } from '../../errors';
import { HookRunner, type LoginFailureReason } from '../../hooks';
import { LoginAttempts } from '../../lockout';
import { PasswordService } from '../../password';
import { LOGIN_OPTIONS, parseIdentifier, USER_REPOSITORY } from '../../users';
import type { ResolvedLoginOptions, UserRepository, UserWithPassword } from '../../users';
import { toSignInResponse } from '../auth-response.factory';
import { LoginDTO, type AuthResponseDTO } from '../dto';
import { validateDto } from '../validation/validate-dto';

/**
 * Password login. Known and unknown identifiers take the same path (R013, R014): one counted attempt, one look-up, one
 * hash of equal cost, one answer.
 */
@Injectable()
export class LoginUseCase {
  constructor(
    @Inject(LOGIN_OPTIONS) private readonly options: ResolvedLoginOptions,
    @Inject(LoginAttempts) private readonly attempts: LoginAttempts,
    @Inject(PasswordService) private readonly passwords: PasswordService,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(SignInGate) private readonly gate: SignInGate,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /**
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_INVALID_CREDENTIALS, RATE_LIMIT_LOGIN (with `retryAfter`),
   * SERVICE_UNAVAILABLE, and what a `beforeLogin` hook refuses with
   */
  async execute(body: unknown): Promise<AuthResponseDTO> {
    const dto = validateDto(LoginDTO, body);
    // Refused before anything is looked up or counted: it can be nobody's password (R006).
    this.passwords.prepare(dto.password);
    const identifier = parseIdentifier(dto.identifier, this.options.identifierType);
    const found = identifier ? await this.users.findWithPassword(identifier) : null;
    // One count per account, however it is named, and one per name where there is no account (R017, R020).
    const subject = found
      ? `user:${found.user.id}`
      : `name:${identifier?.value ?? dto.identifier.toLowerCase()}`;
    await this.countAttempt(subject, found);
    const proved = await this.passwords.verify(dto.password, found?.passwordHash ?? null);
    if (!found || !proved || !found.user.isActive) throw await this.refused(found, proved);
    await this.attempts.succeeded(subject);
    const outcome = await this.gate.begin({
      user: found.user,
      authMethod: 'password',
      amr: ['pwd'],
      deviceName: dto.deviceName ?? null,
      isSignup: false,
    });
    return toSignInResponse(outcome);
  }

  private async countAttempt(subject: string, found: UserWithPassword | null): Promise<void> {
    try {
      await this.attempts.count(subject);
    } catch (error) {
      if (error instanceof NAuthException && error.code === 'RATE_LIMIT_LOGIN') {
        await this.audit.recordRefusal('LOGIN_BLOCKED', { status: 'FAILURE', userId: found?.user.id });
        this.tell(found, 'rate_limited');
      }
      throw error;
    }
  }

  private async refused(found: UserWithPassword | null, proved: boolean): Promise<NAuthException> {
    const reason = !found ? 'unknown identifier' : proved ? 'account not active' : 'wrong password';
    await this.audit.recordRefusal('LOGIN_FAILED', { status: 'FAILURE', userId: found?.user.id, reason });
    this.tell(found, !found ? 'unknown_identifier' : proved ? 'account_inactive' : 'wrong_password');
    return new NAuthException('AUTH_INVALID_CREDENTIALS');
  }

  private tell(found: UserWithPassword | null, reason: LoginFailureReason): void {
    const userId = found?.user.id ?? null;
    this.hooks.notify('loginFailed', () => ({ userId, authMethod: 'password', reason }));
  }
}
