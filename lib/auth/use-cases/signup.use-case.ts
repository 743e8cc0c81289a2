import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { SignInGate } from '../../challenges';
import { canonicalEmail, canonicalPhone, CLOCK, randomId, UNIT_OF_WORK } from '../../common';
import type { Clock, UnitOfWork } from '../../common';
import { NAuthException } from '../../errors';
import { HookGate, HookRunner, type BeforeSignupPayload } from '../../hooks';
import { NewPasswords } from '../../password';
import { NetworkLimits } from '../../rate-limit';
import {
  canonicalUsername,
  IdentifierTakenError,
  SIGNUP_OPTIONS,
  toUserProfile,
  USER_REPOSITORY,
} from '../../users';
import type { NewUser, ResolvedSignupOptions, User, UserIdentifier, UserRepository } from '../../users';
import { toSignInResponse } from '../auth-response.factory';
import { SignupDTO, type AuthResponseDTO } from '../dto';
import { validateDto } from '../validation/validate-dto';

const TAKEN = {
  email: 'SIGNUP_EMAIL_EXISTS',
  username: 'SIGNUP_USERNAME_EXISTS',
  phone: 'SIGNUP_PHONE_EXISTS',
} as const;

/** Opens an account. Account, credential and first session are one unit (R157); the hash is made before it (R010). */
@Injectable()
export class SignupUseCase {
  constructor(
    @Inject(SIGNUP_OPTIONS) private readonly options: ResolvedSignupOptions,
    @Inject(NewPasswords) private readonly passwords: NewPasswords,
    @Inject(NetworkLimits) private readonly limits: NetworkLimits,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(SignInGate) private readonly gate: SignInGate,
    @Inject(HookGate) private readonly hookGate: HookGate,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @throws {NAuthException} VALIDATION_FAILED, SIGNUP_DISABLED, SIGNUP_WEAK_PASSWORD, SIGNUP_EMAIL_EXISTS,
   * SIGNUP_USERNAME_EXISTS, SIGNUP_PHONE_EXISTS, RATE_LIMIT_LOGIN, SERVICE_UNAVAILABLE, and what a `beforeSignup` hook
   * refuses with
   */
  async execute(body: unknown): Promise<AuthResponseDTO> {
    if (!this.options.enabled) throw new NAuthException('SIGNUP_DISABLED');
    const dto = validateDto(SignupDTO, body);
    const account = this.toAccount(dto);
    await this.limits.countSignup();
    const { email, username, firstName, lastName } = account;
    const [hash] = await Promise.all([
      this.passwords.accept(dto.password, { email, username, firstName, lastName }, 'signup'),
      this.gate.prepare(),
    ]);
    await this.hookGate.ask('beforeSignup', () => toPayload(account), null);
    try {
      return await this.unitOfWork.run(() => this.create(account, hash));
    } catch (error) {
      if (!(error instanceof IdentifierTakenError)) throw error;
      const kind = (await this.firstTaken(account)) ?? error.kind;
      throw new NAuthException(TAKEN[kind], { cause: error });
    }
  }

  /** Of several identifiers that are taken, databases name different ones; clients are told of the first. */
  private async firstTaken(account: NewUser): Promise<UserIdentifier['kind'] | undefined> {
    for (const kind of ['email', 'username', 'phone'] as const) {
      const value = account[kind];
      if (value !== null && (await this.users.findWithPassword({ kind, value }))) return kind;
    }
    return undefined;
  }

  private async create(account: NewUser, hash: string): Promise<AuthResponseDTO> {
    const user: User = await this.users.insert(account, hash);
    await this.audit.record('ACCOUNT_CREATED', {
      status: 'SUCCESS',
      userId: user.id,
      authMethod: 'password',
    });
    await this.hooks.after('afterSignup', () => ({
      user: toUserProfile(user, 'password'),
      authMethod: 'password',
    }));
    const outcome = await this.gate.proceed({
      user,
      authMethod: 'password',
      amr: ['pwd'],
      deviceName: null,
      isSignup: true,
    });
    return toSignInResponse(outcome);
  }

  private toAccount(dto: SignupDTO): NewUser {
    const at = new Date(this.clock.now());
    const email = canonicalEmail(dto.email);
    if (email === undefined) throw new NAuthException('VALIDATION_INVALID_EMAIL');
    return {
      id: randomId(),
      email,
      username: dto.username === undefined ? null : (canonicalUsername(dto.username) ?? null),
      phone: dto.phone === undefined ? null : (canonicalPhone(dto.phone) ?? null),
      firstName: dto.firstName ?? null,
      lastName: dto.lastName ?? null,
      locale: dto.locale ?? null,
      timezone: dto.timezone ?? null,
      metadata: dto.metadata ?? {},
      isEmailVerified: false,
      isPhoneVerified: false,
      isActive: true,
      createdAt: at,
      updatedAt: at,
    };
  }
}

function toPayload(account: NewUser): BeforeSignupPayload {
  const { email, username, phone, firstName, lastName, locale, timezone, metadata } = account;
  return { email, username, phone, firstName, lastName, locale, timezone, metadata, authMethod: 'password' };
}
