import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { isRandomToken, randomToken, UNKNOWN_NETWORK } from '../../common';
import { ContextStorage } from '../../context';
import type { PasskeyLoginOptionsResponse } from '../../contracts';
import { NAuthException } from '../../errors';
import { HookRunner, type LoginFailureReason } from '../../hooks';
import { LOCKOUT_OPTIONS, type ResolvedLockoutOptions } from '../../lockout';
import {
  networkLimit,
  networkSubject,
  RATE_LIMITS_OPTIONS,
  RateLimiter,
  type LimitSubject,
  type RateLimit,
  type ResolvedRateLimitsOptions,
} from '../../rate-limit';
import { SECOND_FACTOR } from '../../sessions';
import { USER_REPOSITORY, type User, type UserIdentifier, type UserRepository } from '../../users';
import { MFA_OPTIONS, type ResolvedMfaOptions } from '../mfa.options';
import { MFA_REPOSITORY, type MfaRepository } from '../mfa.repository';
import { parseAssertion } from './credential-input';
import { passkeyAmr } from './passkey-amr';
import { PasskeyCeremonies } from './passkey-ceremonies.service';
import { PasskeyChecker } from './passkey-checker.service';
import { PasskeyDecoys } from './passkey-decoys';
import { requestOptions } from './passkey-options.factory';
import { malformedCredential, refusedPasskey } from './passkey-answers';
import { PasskeyRefusal } from './passkey-refusal';
import { PASSKEY_REPOSITORY, type PasskeyRepository } from './passkey.repository';

/** Stands for the account where there is none, so that the same questions are asked about it. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/** Who somebody says to be. */
export interface PasskeyLoginName {
  /** As it came. */
  typed: string;
  /** Undefined when it can name no account. */
  identifier: UserIdentifier | undefined;
}

/** Who has signed in with a passkey, and what that proves. */
export interface PasskeySignIn {
  user: User;
  amr: readonly string[];
}

/**
 * Signs in with a passkey alone. User verification is always asked for, since nothing else stands beside it; the passkey
 * is two factors then: the device, and what its owner is or knows (R096).
 */
@Injectable()
export class PasskeyLogin {
  private readonly beginLimit: RateLimit | undefined;
  private readonly failureLimit: RateLimit | undefined;

  constructor(
    @Inject(PASSKEY_REPOSITORY) private readonly passkeys: PasskeyRepository,
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(PasskeyCeremonies) private readonly ceremonies: PasskeyCeremonies,
    @Inject(PasskeyChecker) private readonly checker: PasskeyChecker,
    @Inject(PasskeyDecoys) private readonly decoys: PasskeyDecoys,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
    @Inject(LOCKOUT_OPTIONS) lockout: ResolvedLockoutOptions,
    @Inject(RATE_LIMITS_OPTIONS) { login, passkey }: ResolvedRateLimitsOptions,
  ) {
    this.beginLimit = networkLimit('passkey-network', passkey.network);
    // One count with wrong passwords: who guesses does not get another one by another route (R020).
    if (lockout.enabled) this.failureLimit = networkLimit('login-network', login.network);
  }

  /**
   * Begins a login: options for the browser. Without a name it takes whichever passkey the browser offers. With one, the
   * answer is of the same shape whether there is such an account, with passkeys or without (R017).
   *
   * @throws {NAuthException} RESOURCE_NOT_FOUND without passkeys in the configuration, RATE_LIMIT_LOGIN, SERVICE_UNAVAILABLE
   */
  async begin(name?: PasskeyLoginName): Promise<PasskeyLoginOptionsResponse> {
    this.refuseUnconfigured();
    await this.limiter.take(this.beginLimit, this.network());
    const named = name ? await this.look(name) : { userId: null, credentialIds: [] };
    const session = randomToken(32);
    const options = await requestOptions(this.checker.settings, {
      challenge: await this.ceremonies.begin('login', session, named.userId),
      userVerification: 'required',
      // Without transports: those of a real passkey would tell it from the others.
      allow: named.credentialIds.map((id) => ({ id })),
    });
    return { session, options };
  }

  /**
   * Whose passkey it is. Everything that does not fit is answered alike, and so is an account that is not active (R014).
   *
   * @throws {NAuthException} RESOURCE_NOT_FOUND without passkeys in the configuration, AUTH_INVALID_CREDENTIALS,
   * RATE_LIMIT_LOGIN, SERVICE_UNAVAILABLE
   */
  finish(session: string, credential: unknown): Promise<PasskeySignIn> {
    this.refuseUnconfigured();
    return this.limiter.during(this.failureLimit, this.network(), async (use) => {
      try {
        const proved = await this.prove(session, credential);
        await use.giveBack();
        return proved;
      } catch (error) {
        if (!(error instanceof PasskeyRefusal)) await use.giveBack();
        throw await this.toAnswer(error);
      }
    });
  }

  private async prove(session: string, credential: unknown): Promise<PasskeySignIn> {
    const ceremony = isRandomToken(session) ? await this.ceremonies.take('login', session) : null;
    const { passkey, userVerified } = await this.checker.check({
      ceremony,
      input: parseAssertion(credential),
      requireUserVerification: true,
      requireUserHandle: ceremony?.userId === null,
    });
    const device = await this.mfa.findDevice(passkey.deviceId, passkey.userId);
    const user = device?.isActive ? await this.users.findById(passkey.userId) : null;
    if (!user) throw new PasskeyRefusal('passkey_unknown');
    if (!user.isActive) throw new PasskeyRefusal('account_inactive', { userId: user.id });
    return { user, amr: [...passkeyAmr(passkey), ...(userVerified ? [SECOND_FACTOR] : [])] };
  }

  private async look({ identifier, typed }: PasskeyLoginName) {
    const found = identifier ? await this.users.findWithPassword(identifier) : null;
    const userId = found?.user.id ?? NOBODY;
    const own = await this.passkeys.findAll(userId);
    const name = identifier ? `${identifier.kind} ${identifier.value}` : `none ${typed.trim().toLowerCase()}`;
    const ids = own.map(({ credentialId }) => credentialId);
    return { userId, credentialIds: this.decoys.fill(ids, name) };
  }

  /** Tells the audit trail and the hooks; to the client all refusals are one. */
  private async toAnswer(error: unknown): Promise<unknown> {
    if (!(error instanceof PasskeyRefusal)) return error;
    const userId = error.userId ?? null;
    const { reason } = error;
    await this.audit.recordRefusal('LOGIN_FAILED', {
      status: 'FAILURE',
      userId,
      authMethod: 'passkey',
      reason,
    });
    const told: LoginFailureReason = reason === 'account_inactive' ? reason : 'wrong_passkey';
    this.hooks.notify('loginFailed', () => ({ userId, authMethod: 'passkey', reason: told }));
    return reason === 'passkey_malformed'
      ? malformedCredential(error)
      : refusedPasskey('AUTH_INVALID_CREDENTIALS', error);
  }

  private refuseUnconfigured(): void {
    const { enabled, passkey, allowedMethods } = this.options;
    if (!enabled || !passkey || !allowedMethods.includes('passkey')) {
      throw new NAuthException('RESOURCE_NOT_FOUND');
    }
  }

  private network(): LimitSubject {
    return networkSubject(this.context.current()?.client?.network ?? UNKNOWN_NETWORK);
  }
}
