import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { SignInGate, type SignIn } from '../../challenges';
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
import type { NewUser, ResolvedSignupOptions, User, UserRepository } from '../../users';
import { SignupVerification } from '../../verification';
import { toSignInResponse } from '../auth-response.factory';
import { SignupDTO, type AuthResponseDTO } from '../dto';
import { validateDto } from '../../validation';
import { TakenAccounts } from '../signup/taken-accounts.service';

/** Least time from the hash to the answer, with verification (R015). */
const ANSWER_FLOOR_MS = 100;

/** Opens an account. Account, credential and first session are one unit (R157); the hash is made before it (R010). */
@Injectable()
export class SignupUseCase {
  constructor(
    @Inject(SIGNUP_OPTIONS) private readonly options: ResolvedSignupOptions,
    @Inject(NewPasswords) private readonly passwords: NewPasswords,
    @Inject(NetworkLimits) private readonly limits: NetworkLimits,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(SignInGate) private readonly gate: SignInGate,
    @Inject(SignupVerification) private readonly verification: SignupVerification,
    @Inject(TakenAccounts) private readonly taken: TakenAccounts,
    @Inject(HookGate) private readonly hookGate: HookGate,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @throws {NAuthException} VALIDATION_FAILED, VALIDATION_INVALID_PHONE, SIGNUP_DISABLED, SIGNUP_WEAK_PASSWORD,
   * SIGNUP_EMAIL_EXISTS (without verification, or with `discloseExisting`), SIGNUP_USERNAME_EXISTS, SIGNUP_PHONE_EXISTS,
   * SIGNUP_PHONE_REQUIRED, RATE_LIMIT_LOGIN, RATE_LIMIT_EMAIL, RATE_LIMIT_SMS, SERVICE_UNAVAILABLE, and what a
   * `beforeSignup` hook refuses with
   */
  async execute(body: unknown): Promise<AuthResponseDTO> {
    if (!this.options.enabled) throw new NAuthException('SIGNUP_DISABLED');
    const dto = validateDto(SignupDTO, body);
    const account = this.toAccount(dto);
    await this.limits.countSignup();
    const { email, username, firstName, lastName } = account;
    const owner = { email, username, firstName, lastName };
    const passwordHash = await this.passwords.accept(dto.password, owner, 'signup');
    await this.hookGate.ask('beforeSignup', () => toPayload(account), null);
    const step = await this.verification.prepare(account);
    const stored = this.verification.provesPhones ? { ...account, phone: null } : account;
    const signIn = toSignIn(account, stored);
    const preparation = step?.preparation ?? (await this.gate.prepare({ ...signIn, user: asUser(stored) }));
    // What is done for a free address and for a taken one differs by a few statements: both answers wait for longer.
    const floor = step && sleep(ANSWER_FLOOR_MS);
    try {
      const outcome = await this.unitOfWork.run(async () => {
        const user = await this.create(stored, passwordHash);
        return this.gate.proceed({ ...signIn, user }, preparation);
      });
      return toSignInResponse(outcome);
    } catch (error) {
      if (!(error instanceof IdentifierTakenError)) throw error;
      const challenge = await this.taken.answer({ account: stored, passwordHash, step, signIn }, error);
      return toSignInResponse({ status: 'challenged', challenge });
    } finally {
      await floor;
    }
  }

  private async create(account: NewUser, passwordHash: string): Promise<User> {
    const user: User = await this.users.insert(account, passwordHash);
    await this.audit.record('ACCOUNT_CREATED', {
      status: 'SUCCESS',
      userId: user.id,
      authMethod: 'password',
    });
    const payload = () => ({ user: toUserProfile(user, 'password'), authMethod: 'password' as const });
    if (this.options.verificationMethod === 'none') await this.hooks.after('afterSignup', payload);
    // Nobody waits: the time of the answer must not tell that there is a new account (R015).
    else this.unitOfWork.afterCommit(() => this.hooks.notify('afterSignup', payload));
    return user;
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

/** The account as it will be read, for what has to be known before it is there. */
function asUser(account: NewUser): User {
  const { createdAt: passwordChangedAt } = account;
  return {
    ...account,
    ...{ hasPassword: true, passwordChangedAt },
    ...{ passwordChangeRequired: false, passwordRecoveredBy: null, securityVersion: 1 },
  };
}

/** A number that has to be proved goes with the sign-in, and is not on the account before: nobody holds another's. */
function toSignIn({ phone }: NewUser, stored: NewUser): Omit<SignIn, 'user'> {
  const pending = phone !== null && stored.phone === null ? { phone } : {};
  return { authMethod: 'password', amr: ['pwd'], deviceName: null, isSignup: true, ...pending };
}

function toPayload(account: NewUser): BeforeSignupPayload {
  const { email, username, phone, firstName, lastName, locale, timezone, metadata } = account;
  return { email, username, phone, firstName, lastName, locale, timezone, metadata, authMethod: 'password' };
}
