import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { MFA_OPTIONS, type ResolvedMfaOptions, type ResolvedPasskeyOptions } from '../mfa.options';
import { verifyAssertion } from './assertion-verifier';
import type { AssertionInput } from './credential-input';
import type { Passkey } from './passkey';
import { isChallengeOf, type Ceremony } from './passkey-ceremonies.service';
import { PasskeyRefusal } from './passkey-refusal';
import type { PasskeyRules } from './passkey-rules';
import { PASSKEY_REPOSITORY, type PasskeyRepository } from './passkey.repository';

export interface AssertionCheck {
  /** Taken from the server's store, so that this is its only try. */
  ceremony: Ceremony | null;
  input: AssertionInput;
  requireUserVerification: boolean;
  /** True where nobody has said who comes: the authenticator has to (R097). */
  requireUserHandle: boolean;
}

export interface ProvedPasskey {
  passkey: Passkey;
  userVerified: boolean;
}

/** Checks assertions: whose passkey it is, what was signed, and whether the authenticator may have been copied. */
@Injectable()
export class PasskeyChecker {
  constructor(
    @Inject(PASSKEY_REPOSITORY) private readonly passkeys: PasskeyRepository,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
  ) {}

  /** @throws {Error} where passkeys are not configured, which is for the caller to know */
  get settings(): ResolvedPasskeyOptions {
    const { passkey } = this.options;
    if (!passkey) throw new Error('mfa.passkey is not configured');
    return passkey;
  }

  rules(requireUserVerification: boolean): PasskeyRules {
    const { rpId, origin } = this.settings;
    return { rpId, origin, requireUserVerification };
  }

  /**
   * Looks at an assertion, and notes its counter at once: whatever becomes of the sign-in, the authenticator has counted
   * on. To be called outside of a unit of work.
   *
   * @throws {PasskeyRefusal}
   * @throws {NAuthException} SERVICE_UNAVAILABLE
   */
  async check({ ceremony, input, ...wanted }: AssertionCheck): Promise<ProvedPasskey> {
    if (!ceremony) throw new PasskeyRefusal('passkey_no_ceremony');
    const passkey = await this.passkeys.findByCredentialId(input.credentialId);
    if (!passkey) throw new PasskeyRefusal('passkey_unknown');
    await this.refuseForeign(passkey, ceremony, input, wanted.requireUserHandle);
    const asserted = await verifyAssertion(
      input,
      passkey,
      isChallengeOf(ceremony),
      this.rules(wanted.requireUserVerification),
    );
    if (!(await this.passkeys.recordUse(passkey.deviceId, asserted)))
      await this.suspectCopy(passkey, asserted.counter);
    return { passkey, userVerified: asserted.userVerified };
  }

  /** The passkey is of the account that the ceremony, and the authenticator, say (R097). */
  private async refuseForeign(
    passkey: Passkey,
    { userId }: Ceremony,
    { userHandle }: AssertionInput,
    requireUserHandle: boolean,
  ): Promise<void> {
    const isNamed = userHandle !== null || requireUserHandle;
    if (
      (userId !== null && userId !== passkey.userId) ||
      (isNamed && userHandle !== (await this.passkeys.handleOf(passkey.userId)))
    ) {
      throw new PasskeyRefusal('passkey_foreign', { userId: passkey.userId });
    }
  }

  /** A signature that is right and a counter that is not: two authenticators may have the same key (R099). */
  private async suspectCopy({ userId, deviceId, counter }: Passkey, given: number): Promise<never> {
    await this.audit.recordRefusal('SUSPICIOUS_ACTIVITY', {
      status: 'SUSPICIOUS',
      userId,
      authMethod: 'passkey',
      reason: 'passkey_counter',
      details: { factor: deviceId, stored: counter, given },
    });
    throw new PasskeyRefusal('passkey_counter', { userId });
  }
}
