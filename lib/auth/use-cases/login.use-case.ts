import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { SignInGate } from '../../challenges';
import { NAuthException } from '../../errors';
import { HookRunner, type LoginFailureReason } from '../../hooks';
import { PasswordAttempts } from '../../lockout';
import { PasswordHashUpgrade, PasswordService } from '../../password';
import { RateLimitExceeded } from '../../rate-limit';
import { SignInBlocks } from '../../risk';
import { LOGIN_OPTIONS, parseIdentifier, USER_REPOSITORY } from '../../users';
import type { ResolvedLoginOptions, UserIdentifier, UserRepository, UserWithPassword } from '../../users';
import { toSignInResponse } from '../auth-response.factory';
import { LockoutNotice } from '../passwords/lockout-notice.service';
import { LoginDTO, type AuthResponseDTO } from '../dto';
import { validateDto } from '../../validation';

/** What a login is checked against. */
type LoginAccount = UserWithPassword & { id: string };

/**
 * Password login. Known and unknown identifiers take the same path (R013, R014): one counted attempt, one look-up, one
 * hash of equal cost, one answer.
 */
@Injectable()
export class LoginUseCase {
  constructor(
    @Inject(LOGIN_OPTIONS) private readonly options: ResolvedLoginOptions,
    @Inject(PasswordAttempts) private readonly attempts: PasswordAttempts,
    @Inject(PasswordService) private readonly passwords: PasswordService,
    @Inject(PasswordHashUpgrade) private readonly hashUpgrade: PasswordHashUpgrade,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(SignInGate) private readonly gate: SignInGate,
    @Inject(SignInBlocks) private readonly blocks: SignInBlocks,
    @Inject(LockoutNotice) private readonly lockoutNotice: LockoutNotice,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /**
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_INVALID_CREDENTIALS, RATE_LIMIT_LOGIN (with `retryAfter`),
   * SIGNIN_BLOCKED_HIGH_RISK (with `expiresAt`),
   * SERVICE_UNAVAILABLE, and what a `beforeLogin` hook refuses with
   */
  async execute(body: unknown): Promise<AuthResponseDTO> {
    const dto = validateDto(LoginDTO, body);
    // Refused before anything is looked up or counted: it can be nobody's password (R006).
    this.passwords.prepare(dto.password);
    // Before anything is known of an account, so alike for all (R013).
    await this.blocks.assertClientMayTry();
    const { user, passwordHash } = await this.prove(dto);
    const outcome = await this.gate.begin({
      user,
      authMethod: 'password',
      amr: ['pwd'],
      deviceName: dto.deviceName ?? null,
      isSignup: false,
    });
    if (passwordHash !== null) await this.hashUpgrade.run(user.id, dto.password, passwordHash);
    return toSignInResponse(outcome);
  }

  /** The account that the identifier names and the password belongs to. */
  private async prove(dto: LoginDTO): Promise<LoginAccount> {
    const identifier = parseIdentifier(dto.identifier, this.options.identifierType);
    const login = await this.attempts
      .check({
        // One count per account, however it is named, and one per name where there is no account (R017, R020).
        name: identifier?.value ?? dto.identifier.toLowerCase(),
        find: () => this.find(identifier),
        verify: (found, isUrgent) => this.verify(dto.password, found, isUrgent),
      })
      .catch((error: unknown) => {
        // Once a window, so that a refusal costs nothing (R030).
        if (error instanceof RateLimitExceeded && error.isFirst) {
          this.tell(null, 'rate_limited');
          if (error.limit.lockMs !== undefined) this.lockoutNotice.tell(() => this.find(identifier));
        }
        throw error;
      });
    if (!login) throw new NAuthException('AUTH_INVALID_CREDENTIALS');
    return login;
  }

  private async find(identifier: UserIdentifier | undefined): Promise<LoginAccount | null> {
    const found = identifier ? await this.users.findWithPassword(identifier) : null;
    return found && { id: found.user.id, ...found };
  }

  /** A right password of an account that is not active proves nothing either. */
  private async verify(password: string, found: LoginAccount | null, urgent: boolean): Promise<boolean> {
    const isRight = await this.passwords.verify(password, found?.passwordHash ?? null, { urgent });
    if (found?.user.isActive && isRight) return true;
    const reason = !found ? 'unknown_identifier' : isRight ? 'account_inactive' : 'wrong_password';
    await this.audit.recordRefusal('LOGIN_FAILED', {
      status: 'FAILURE',
      userId: found?.user.id,
      authMethod: 'password',
      reason,
    });
    this.tell(found, reason);
    return false;
  }

  private tell(found: LoginAccount | null, reason: LoginFailureReason): void {
    const userId = found?.user.id ?? null;
    this.hooks.notify('loginFailed', () => ({ userId, authMethod: 'password', reason }));
  }
}
