import { Inject, Injectable } from '@nestjs/common';
import type { AcceptedAnswer, ChallengeAnswer, ChallengeInHand, SignIn } from '../challenges';
import { EMAIL } from './address-kind';
import { AddressResolver } from './address-resolver';
import { AddressResolverParts } from './address-resolver-parts';

/** VERIFY_EMAIL: a code, or what a link carries, that was sent to the address of the account. */
@Injectable()
export class VerifyEmailResolver extends AddressResolver {
  constructor(@Inject(AddressResolverParts) parts: AddressResolverParts) {
    super(parts, EMAIL);
  }

  /**
   * @throws {NAuthException} VALIDATION_FAILED without a code, VERIFY_CODE_INVALID, VERIFY_CODE_EXPIRED,
   * VERIFY_TOO_MANY_ATTEMPTS, VERIFY_ALREADY_VERIFIED when it was proved elsewhere meanwhile, SERVICE_UNAVAILABLE
   */
  async check(inHand: ChallengeInHand, answer: ChallengeAnswer): Promise<AcceptedAnswer> {
    this.assertUnverified(inHand);
    const { to } = inHand.challenge.state;
    const target = inHand.signIn?.user.email ?? to;
    return this.prove(inHand, typeof target === 'string' ? target : '', answer);
  }

  protected addressOf({ user }: SignIn): string {
    return user.email;
  }
}
