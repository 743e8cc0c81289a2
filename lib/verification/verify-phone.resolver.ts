import { Inject, Injectable } from '@nestjs/common';
import type { AcceptedAnswer, ChallengeAnswer, ChallengeInHand, SignIn } from '../challenges';
import { canonicalPhone } from '../common';
import { NAuthException } from '../errors';
import { Notifier } from '../notifications';
import { phoneOf } from './address-codes.service';
import { PHONE } from './address-kind';
import { AddressResolver } from './address-resolver';
import { AddressResolverParts } from './address-resolver-parts';
import { missingField } from './missing-field';

/**
 * VERIFY_PHONE: a code that was sent to the number of the account, or to one that is asked for where none is known. A
 * number is the account's own from the moment that it is proved; whether another account has it the unique index says.
 */
@Injectable()
export class VerifyPhoneResolver extends AddressResolver {
  constructor(
    @Inject(AddressResolverParts) parts: AddressResolverParts,
    @Inject(Notifier) private readonly notifier: Notifier,
  ) {
    super(parts, PHONE);
  }

  /**
   * @throws {NAuthException} VALIDATION_FAILED without what is wanted, VALIDATION_INVALID_PHONE, VERIFY_CODE_INVALID,
   * VERIFY_CODE_EXPIRED, VERIFY_TOO_MANY_ATTEMPTS, VERIFY_ALREADY_VERIFIED, SIGNUP_PHONE_EXISTS for a proved number
   * that another account has, SERVICE_UNAVAILABLE
   */
  async check(inHand: ChallengeInHand, answer: ChallengeAnswer): Promise<AcceptedAnswer> {
    this.assertUnverified(inHand);
    const { to } = inHand.challenge.state;
    if (typeof to !== 'string') return this.collect(answer);
    // Once a number is known, it is not the client that says which one is proved (R072).
    if (answer.phone !== undefined) throw new NAuthException('CHALLENGE_TYPE_MISMATCH');
    return this.prove(inHand, to, answer);
  }

  /** The number goes on with the sign-in, and the same challenge follows, with a code on its way. */
  private collect({ phone, code }: ChallengeAnswer): AcceptedAnswer {
    if (code !== undefined) throw new NAuthException('CHALLENGE_TYPE_MISMATCH');
    if (typeof phone !== 'string') throw missingField('phone', 64);
    const number = canonicalPhone(phone);
    if (number === undefined) throw new NAuthException('VALIDATION_INVALID_PHONE');
    this.notifier.assertServed(number);
    return { isPart: true, signIn: { phone: number } };
  }

  /** A number that no message may go to is as good as none: another one is asked for. */
  protected addressOf(signIn: SignIn): string | null {
    const phone = phoneOf(signIn);
    if (phone === null) return null;
    try {
      this.notifier.assertServed(phone);
      return phone;
    } catch {
      return null;
    }
  }
}
