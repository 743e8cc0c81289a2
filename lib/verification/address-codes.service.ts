import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import type { ChallengeInHand, OpenedChallenge, SignIn } from '../challenges';
import { NAuthException } from '../errors';
import { SIGNUP_OPTIONS, type ResolvedSignupOptions, type User } from '../users';
import type { AddressKind } from './address-kind';
import { AddressMask } from './address-mask.service';
import { CodeAttempts } from './code-attempts.service';
import { CodeSender, type AdmittedCode, type CodeOwner } from './code-sender.service';
import { OneTimeCodes } from './one-time-codes.service';

/** Whom a code belongs to, or what it stands for. */
export type CodeHolder = { user: User } | { decoy: string };

/** The messages of the challenges that prove an address: alike for accounts and for decoys (R015). */
@Injectable()
export class AddressCodes {
  constructor(
    @Inject(CodeSender) private readonly sender: CodeSender,
    @Inject(CodeAttempts) private readonly attempts: CodeAttempts,
    @Inject(OneTimeCodes) private readonly codes: OneTimeCodes,
    @Inject(AddressMask) private readonly mask: AddressMask,
    @Inject(SIGNUP_OPTIONS) private readonly options: ResolvedSignupOptions,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /**
   * For a sign-up, before it is known whether there is an account.
   *
   * @throws {NAuthException} as `CodeSender.admit`
   */
  admit(kind: AddressKind, to: string): Promise<AdmittedCode> {
    return this.sender.admit(this.order(kind, to, null));
  }

  /**
   * For somebody whose password was right. Where nothing may be sent now, the challenge is opened all the same: a stranger
   * who uses up what an address may get must not lock its owner out.
   *
   * @throws {NAuthException} VALIDATION_INVALID_PHONE, SERVICE_UNAVAILABLE
   */
  async admitAgain(kind: AddressKind, to: string, user: User): Promise<AdmittedCode | undefined> {
    const { resendDelayMs } = kind.options(this.options);
    if ((await this.codes.resendWait(kind.purpose, user.id, resendDelayMs, to)) > 0) return undefined;
    try {
      await this.attempts.assertSomeLeft(kind, user.id);
      return await this.sender.admit(this.order(kind, to, user.id));
    } catch (error) {
      if (error instanceof NAuthException && error.getStatus() === 429) return undefined;
      throw error;
    }
  }

  /** Makes the challenge, and sends the code if it was admitted. Within the unit of work. */
  async open(
    kind: AddressKind,
    to: string,
    holder: CodeHolder,
    admitted: AdmittedCode | undefined,
  ): Promise<OpenedChallenge & { isSent: boolean }> {
    const sent = admitted && (await this.sender.send(admitted, owner(holder, 'new-life')));
    if (sent?.isNew) await this.record(kind, holder);
    const hint = this.mask.hint(kind.channel, to);
    return {
      challengeParameters: { [kind.name]: hint, codeDeliveryDestination: hint },
      state: { to },
      isSent: sent?.isNew ?? false,
    };
  }

  /**
   * @throws {NAuthException} VERIFY_TOO_MANY_ATTEMPTS, RATE_LIMIT_RESEND, RATE_LIMIT_EMAIL, RATE_LIMIT_SMS,
   * SERVICE_UNAVAILABLE
   */
  async resend(kind: AddressKind, { challenge, signIn }: ChallengeInHand): Promise<{ destination: string }> {
    const { to } = challenge.state;
    if (typeof to !== 'string') throw new NAuthException('CHALLENGE_TYPE_MISMATCH');
    await this.attempts.assertSomeLeft(kind, challenge.attemptsSubject);
    const holder = signIn ? { user: signIn.user } : { decoy: challenge.attemptsSubject };
    const { destination } = await this.sender.resend(
      this.order(kind, to, signIn?.user.id ?? null),
      owner(holder, 'same-life'),
    );
    await this.record(kind, holder);
    return { destination };
  }

  private order(kind: AddressKind, to: string, userId: string | null) {
    const { purpose, channel } = kind;
    return { purpose, channel, to, userId, options: kind.options(this.options) };
  }

  private async record(kind: AddressKind, holder: CodeHolder): Promise<void> {
    const userId = 'user' in holder ? holder.user.id : null;
    await this.audit.record(kind.events.requested, { status: 'INFO', userId });
  }
}

/** Messages to an address that is not proved greet nobody: a stranger may have chosen the name. */
function owner(holder: CodeHolder, renewal: CodeOwner['renewal']): CodeOwner {
  if ('decoy' in holder) return { subject: holder.decoy, userId: null, renewal, isDecoy: true };
  const { id, locale, timezone } = holder.user;
  return { subject: id, userId: id, renewal, reader: { locale, timezone } };
}

/** The number that a sign-in is about: one that was given on the way, or the one of the account. */
export function phoneOf({ user, phone }: SignIn): string | null {
  return phone ?? user.phone;
}
