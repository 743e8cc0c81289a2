import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import type { AcceptedAnswer, AccountClaim, ChallengeInHand } from '../challenges';
import { CLOCK, type Clock } from '../common';
import { NAuthException } from '../errors';
import { HookRunner } from '../hooks';
import { PasswordChanger } from '../password';
import { SessionEnder } from '../sessions';
import {
  IdentifierTakenError,
  toUserProfile,
  UNPROVED_ACCOUNT_REPOSITORY,
  USER_REPOSITORY,
  type UnprovedAccountRepository,
  type User,
  type UserRepository,
} from '../users';
import { EMAIL, type AddressKind } from './address-kind';
import { CodeAttempts } from './code-attempts.service';
import type { ProvedCode } from './one-time-code';
import { OneTimeCodes } from './one-time-codes.service';

/** Takes a right code: the flag, the code's end and the challenge's end are one unit of work. */
@Injectable()
export class AddressProof {
  constructor(
    @Inject(CodeAttempts) private readonly attempts: CodeAttempts,
    @Inject(OneTimeCodes) private readonly codes: OneTimeCodes,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(UNPROVED_ACCOUNT_REPOSITORY) private readonly unproved: UnprovedAccountRepository,
    @Inject(PasswordChanger) private readonly passwords: PasswordChanger,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Looks at a code. For a decoy the work is the same, and no code is right.
   * @param target the address that the challenge is about
   * @throws {NAuthException} VERIFY_CODE_INVALID, VERIFY_CODE_EXPIRED, VERIFY_TOO_MANY_ATTEMPTS, SERVICE_UNAVAILABLE
   */
  async check(
    kind: AddressKind,
    { challenge, signIn }: ChallengeInHand,
    target: string,
    code: string,
  ): Promise<AcceptedAnswer> {
    const proved = await this.attempts.prove(kind, challenge.attemptsSubject, code);
    if (!signIn || proved.target !== target) throw new NAuthException('VERIFY_CODE_INVALID');
    const { user, claim } = signIn;
    return {
      raisesSecurityVersion: claim !== undefined,
      ...(claim && { signIn: { claim: undefined } }),
      apply: () => this.apply(kind, proved, user, claim),
    };
  }

  private async apply(
    kind: AddressKind,
    proved: ProvedCode,
    user: User,
    claim: AccountClaim | undefined,
  ): Promise<void> {
    // Used already, or replaced by another one: it proves nothing any more.
    if (!(await this.codes.consume(proved))) throw new NAuthException('VERIFY_CODE_INVALID');
    if (claim) await this.take(user, claim);
    const verified = await this.markVerified(kind, user, proved.target, claim);
    if (!verified) throw new NAuthException('CHALLENGE_INVALID');
    await this.sessions.userChanged(user.id);
    await this.audit.record(kind.events.verified, { status: 'SUCCESS', userId: user.id });
    const hook = kind === EMAIL ? 'afterEmailVerified' : 'afterPhoneVerified';
    await this.hooks.after(hook, () => ({ user: toUserProfile(verified, null) }));
  }

  private async markVerified(
    { name: kind }: AddressKind,
    user: User,
    to: string,
    claim: AccountClaim | undefined,
  ): Promise<User | null> {
    const from = kind === 'email' ? user.email : claim ? claim.profile.phone : user.phone;
    try {
      return await this.users.changeAddress({
        userId: user.id,
        kind,
        from,
        to,
        isVerified: true,
        at: this.now(),
      });
    } catch (error) {
      // Whoever has proved the number may learn that another account of theirs has it.
      if (error instanceof IdentifierTakenError)
        throw new NAuthException('SIGNUP_PHONE_EXISTS', { cause: error });
      throw error;
    }
  }

  /**
   * The account becomes that of the sign-up whose visitor reads the mailbox: whatever somebody else has chosen for it
   * before, above all the password, is gone, and so is every sign-in under way (R111).
   */
  private async take(user: User, { profile, passwordHash }: AccountClaim): Promise<void> {
    try {
      const taken = await this.unproved.take(user, profile, this.now());
      if (!taken || !(await this.passwords.set(user, passwordHash)))
        throw new NAuthException('CHALLENGE_INVALID');
    } catch (error) {
      if (!(error instanceof IdentifierTakenError)) throw error;
      const code = error.kind === 'username' ? 'SIGNUP_USERNAME_EXISTS' : 'SIGNUP_PHONE_EXISTS';
      throw new NAuthException(code, { cause: error });
    }
    await this.codes.voidAll(user.id);
    await this.sessions.endAll(user.id, 'replaced');
    await this.audit.record('PASSWORD_CHANGED', {
      status: 'SUCCESS',
      userId: user.id,
      reason: 'sign-up repeated before the address was proved',
    });
  }

  private now(): Date {
    return new Date(this.clock.now());
  }
}
