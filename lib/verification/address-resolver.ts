import type { OnModuleInit } from '@nestjs/common';
import type {
  AcceptedAnswer,
  ChallengeAnswer,
  ChallengeInHand,
  ChallengeResolver,
  OpenedChallenge,
  PreparedChallenge,
  SignIn,
} from '../challenges';
import type { ChallengeName } from '../contracts';
import { NAuthException } from '../errors';
import type { AddressKind } from './address-kind';
import type { AddressResolverParts } from './address-resolver-parts';
import { missingField } from './missing-field';

/** Only a number may be unknown: it is asked for. */
const COLLECTION: OpenedChallenge = { challengeParameters: { requiresPhoneCollection: 'true' } };

/** What is the same of VERIFY_EMAIL and VERIFY_PHONE: a code goes to an address, and its answer proves the address. */
export abstract class AddressResolver implements ChallengeResolver, OnModuleInit {
  readonly name: ChallengeName;

  protected constructor(
    private readonly parts: AddressResolverParts,
    private readonly kind: AddressKind,
  ) {
    this.name = kind.challenge;
  }

  onModuleInit(): void {
    if (this.kind.isAsked(this.parts.options)) this.parts.registry.register(this);
  }

  isRequired({ user }: SignIn): Promise<boolean> {
    return Promise.resolve(!this.kind.isVerified(user));
  }

  async prepare(signIn: SignIn): Promise<PreparedChallenge> {
    const { kind } = this;
    const { codes } = this.parts;
    const to = this.addressOf(signIn);
    const admitted = to === null ? undefined : await codes.admitAgain(kind, to, signIn.user);
    return {
      open: ({ user }) =>
        to === null ? Promise.resolve(COLLECTION) : codes.open(kind, to, { user }, admitted),
    };
  }

  open(signIn: SignIn): Promise<OpenedChallenge> {
    const to = this.addressOf(signIn);
    if (to === null) return Promise.resolve(COLLECTION);
    return this.parts.codes.open(this.kind, to, { user: signIn.user }, undefined);
  }

  abstract check(inHand: ChallengeInHand, answer: ChallengeAnswer): Promise<AcceptedAnswer>;

  async resend(inHand: ChallengeInHand): Promise<{ destination: string }> {
    this.assertUnverified(inHand);
    return this.parts.codes.resend(this.kind, inHand);
  }

  /** Where the code goes; null where no address is known that a message may go to. */
  protected abstract addressOf(signIn: SignIn): string | null;

  protected prove(
    inHand: ChallengeInHand,
    target: string,
    { code }: ChallengeAnswer,
  ): Promise<AcceptedAnswer> {
    if (typeof code !== 'string') throw missingField('code', 64);
    return this.parts.proof.check(this.kind, inHand, target, code);
  }

  protected assertUnverified({ signIn }: ChallengeInHand): void {
    if (signIn && this.kind.isVerified(signIn.user)) throw new NAuthException('VERIFY_ALREADY_VERIFIED');
  }
}
