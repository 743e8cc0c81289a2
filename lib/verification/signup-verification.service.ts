import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { ChallengeOpener, type AccountClaim, type Preparation, type SignIn } from '../challenges';
import { deriveKey, ENCRYPTION_KEYS, randomId, type EncryptionKeys } from '../common';
import { ContextStorage } from '../context';
import type { ChallengeResponse } from '../contracts';
import { NAuthException } from '../errors';
import { Notifier, originOf, type OriginVariables } from '../notifications';
import { SIGNUP_OPTIONS, type NewUser, type ResolvedSignupOptions, type User } from '../users';
import { AddressCodes } from './address-codes.service';
import { EMAIL, PHONE, type AddressKind } from './address-kind';
import type { AdmittedCode } from './code-sender.service';

/** The first challenge of a sign-up, made ready before anybody looks whether the address is taken. */
export interface SignupStep {
  kind: AddressKind;
  to: string;
  admitted: AdmittedCode;
  /** For a free address: what the gate goes on with. */
  preparation: Preparation;
  origin: OriginVariables;
}

/** The sign-up of an address: free, begun by somebody and never proved, or taken. All three look the same (R015). */
@Injectable()
export class SignupVerification {
  private readonly decoyKey: Buffer;

  constructor(
    @Inject(SIGNUP_OPTIONS) private readonly options: ResolvedSignupOptions,
    @Inject(AddressCodes) private readonly codes: AddressCodes,
    @Inject(ChallengeOpener) private readonly opener: ChallengeOpener,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(ENCRYPTION_KEYS) { current, keys }: EncryptionKeys,
  ) {
    this.decoyKey = deriveKey(keys.get(current) ?? new Uint8Array(), 'nauth decoy');
  }

  /** Whether a number stays off the account until it is proved, so that nobody holds one that is not theirs. */
  get provesPhones(): boolean {
    return PHONE.isAsked(this.options);
  }

  /**
   * Counts the message and makes the first step ready. Undefined without verification. Before the unit of work.
   *
   * @throws {NAuthException} SIGNUP_PHONE_REQUIRED, VALIDATION_INVALID_PHONE, RATE_LIMIT_EMAIL, RATE_LIMIT_SMS,
   * SERVICE_UNAVAILABLE
   */
  async prepare({ email, phone }: Pick<NewUser, 'email' | 'phone'>): Promise<SignupStep | undefined> {
    if (this.provesPhones && phone !== null) this.notifier.assertServed(phone);
    const kind = [EMAIL, PHONE].find(({ isAsked }) => isAsked(this.options));
    if (!kind) return undefined;
    const to = kind === EMAIL ? email : phone;
    if (to === null) throw new NAuthException('SIGNUP_PHONE_REQUIRED');
    const [admitted, origin] = await Promise.all([
      this.codes.admit(kind, to),
      originOf(this.context.current()?.client),
    ]);
    const challenge: Preparation['challenge'] = {
      open: ({ user }) => this.codes.open(kind, to, { user }, admitted),
    };
    return { kind, to, admitted, origin, preparation: { name: kind.challenge, challenge } };
  }

  /** The account is there, and nobody has proved it: whoever proves the address now gets it as this sign-up wants it. */
  claim({ preparation }: SignupStep, signIn: SignIn, claim: AccountClaim): Promise<ChallengeResponse> {
    return this.opener.open(preparation.name, preparation.challenge, { ...signIn, claim });
  }

  /** The address is taken: its owner is told, and the visitor gets a challenge that has no right answer. */
  async decoy(step: SignupStep, signIn: Omit<SignIn, 'user'>, holder: User): Promise<ChallengeResponse> {
    const { kind, to, admitted, origin } = step;
    const subject = this.decoySubject(to);
    const { isSent, ...opened } = await this.codes.open(kind, to, { decoy: subject }, admitted);
    const { id, email, firstName, locale, timezone } = holder;
    await this.audit.record('SUSPICIOUS_ACTIVITY', {
      status: 'INFO',
      userId: id,
      reason: 'sign-up for a taken address',
    });
    if (isSent) {
      await this.notifier.queue({
        ...{ channel: 'email', template: 'accountExists', to: email, userId: id, userName: firstName },
        ...{ locale, timezone, variables: origin },
      });
    }
    const name = kind.challenge;
    return this.opener.decoy({ id: randomId(), name, attemptsSubject: subject, signIn, opened });
  }

  /** Always the same for one address, so that cool-down and tries of a decoy are those of an account. */
  private decoySubject(address: string): string {
    return `decoy:${createHmac('sha256', this.decoyKey).update(address).digest('base64url')}`;
  }
}
