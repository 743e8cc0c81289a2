import { Inject, Injectable } from '@nestjs/common';
import type { ChallengeAnswer } from '../../challenges';
import { CLOCK, randomId, randomToken, type Clock } from '../../common';
import { NAuthException } from '../../errors';
import type { User } from '../../users';
import type { MfaMethod, MfaSetupContext, MfaUseContext, ProvedFactor, ShownFactor } from '../mfa-method';
import { MfaMethodRegistry } from '../mfa-method-registry';
import { MFA_OPTIONS, type ResolvedMfaOptions } from '../mfa.options';
import { authenticatorName } from './authenticator-names';
import { parseAssertion } from './credential-input';
import { orRefuse, refusedPasskey } from './passkey-answers';
import type { Passkey } from './passkey';
import { passkeyAmr } from './passkey-amr';
import { isChallengeOf, PasskeyCeremonies, type Ceremony } from './passkey-ceremonies.service';
import { PasskeyChecker } from './passkey-checker.service';
import { creationOptions, requestOptions, toDescriptor } from './passkey-options.factory';
import { PasskeyRefusal } from './passkey-refusal';
import { PASSKEY_REPOSITORY, type PasskeyRepository } from './passkey.repository';
import { verifyRegistration } from './registration-verifier';

/** Passkeys of one account at most (R101). */
const MAX_PASSKEYS = 10;
const HANDLE_BYTES = 32;

/** Passkeys as second factors. How they sign in without a password is PasskeyLogin's. */
@Injectable()
export class PasskeyMethod implements MfaMethod {
  readonly name = 'passkey';
  readonly label = 'passkey';

  constructor(
    @Inject(PASSKEY_REPOSITORY) private readonly passkeys: PasskeyRepository,
    @Inject(PasskeyCeremonies) private readonly ceremonies: PasskeyCeremonies,
    @Inject(PasskeyChecker) private readonly checker: PasskeyChecker,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MfaMethodRegistry) registry: MfaMethodRegistry,
  ) {
    registry.register(this);
  }

  isConfigured(): boolean {
    return this.options.passkey !== undefined;
  }

  canSetUp(): boolean {
    return true;
  }

  /** The options of navigator.credentials.create(), by themselves and, for clients that look there, as `options`. */
  async setupData({ user, binding }: MfaSetupContext): Promise<Record<string, unknown>> {
    const existing = await this.passkeys.findAll(user.id);
    refuseFull(existing.length);
    const handle = await this.handleOf(user);
    const challenge = await this.ceremonies.begin('register', binding, user.id);
    const options = await creationOptions(this.checker.settings, {
      challenge,
      handle,
      userName: user.email,
      displayName: [user.firstName, user.lastName].filter(Boolean).join(' ') || user.email,
      existing,
    });
    return { ...options, options };
  }

  /**
   * What the client says of the challenge is not looked at: the server's own counts (R093).
   *
   * @throws {NAuthException} RESOURCE_NOT_FOUND when no set-up was begun here, or was answered already; VALIDATION_FAILED
   * for what is no credential; VERIFY_CODE_INVALID
   */
  async verifySetup(context: MfaSetupContext, input: Record<string, unknown>): Promise<ProvedFactor> {
    const { user, binding } = context;
    const ceremony = await this.ceremonies.take('register', binding);
    if (ceremony?.userId !== user.id) throw new NAuthException('RESOURCE_NOT_FOUND');
    const credential = await orRefuse(() => this.register(input, ceremony));
    const deviceId = randomId();
    const passkey = { ...credential, deviceId, userId: user.id, createdAt: new Date(this.clock.now()) };
    return {
      // Which passkeys there may be is for the unique index of their ids to say, so each has a slot of its own.
      device: {
        id: deviceId,
        slot: deviceId,
        name: authenticatorName(credential.aaguid),
        secret: null,
        target: null,
      },
      amr: passkeyAmr(passkey),
      store: () => this.store(passkey),
    };
  }

  /** The options of navigator.credentials.get(), by themselves and as `options`. */
  async challengeData({ user, binding, devices }: MfaUseContext): Promise<Record<string, unknown>> {
    const ids = new Set(devices.map(({ id }) => id));
    const own = (await this.passkeys.findAll(user.id)).filter(({ deviceId }) => ids.has(deviceId));
    if (own.length === 0) throw new NAuthException('VALIDATION_FAILED', { message: 'There is no passkey.' });
    const { settings } = this.checker;
    const options = await requestOptions(settings, {
      challenge: await this.ceremonies.begin('second-factor', binding, user.id),
      userVerification: settings.userVerification,
      allow: own.map(toDescriptor),
    });
    return { ...options, options };
  }

  /**
   * @throws {NAuthException} VALIDATION_FAILED for what is no credential; AUTH_INVALID_CREDENTIALS for one that is unknown
   * or somebody else's; VERIFY_CODE_INVALID
   */
  async verify({ binding, devices }: MfaUseContext, answer: ChallengeAnswer): Promise<ShownFactor> {
    const ceremony = await this.ceremonies.take('second-factor', binding);
    const { passkey } = await orRefuse(() =>
      this.checker.check({
        ceremony,
        input: parseAssertion(answer.credential),
        requireUserVerification: this.checker.settings.userVerification === 'required',
        requireUserHandle: false,
      }),
    );
    const device = devices.find(({ id }) => id === passkey.deviceId);
    if (!device) throw refusedPasskey('AUTH_INVALID_CREDENTIALS');
    return {
      device,
      amr: passkeyAmr(passkey),
      // The counter is noted already; a passkey that was removed meanwhile proves nothing.
      claim: async () => {
        const current = await this.passkeys.findByCredentialId(passkey.credentialId);
        if (current?.deviceId !== passkey.deviceId) throw refusedPasskey('VERIFY_CODE_INVALID');
      },
    };
  }

  /** A passkey that signed in is not a second factor to itself (R086). */
  isIndependentOf(amr: readonly string[]): boolean {
    return !amr.includes('hwk') && !amr.includes('swk');
  }

  private register(input: Record<string, unknown>, ceremony: Ceremony) {
    const { settings } = this.checker;
    const rules = this.checker.rules(settings.userVerification === 'required');
    return verifyRegistration(input.credential, isChallengeOf(ceremony), rules);
  }

  /** Inside the unit of work that counts the factors of the account, so that none slips past the cap. */
  private async store(passkey: Passkey): Promise<void> {
    if (!(await this.passkeys.insert(passkey))) {
      throw refusedPasskey('VERIFY_CODE_INVALID', new PasskeyRefusal('passkey_known'));
    }
    const all = await this.passkeys.findAll(passkey.userId);
    refuseFull(all.length - 1);
  }

  private async handleOf({ id }: User): Promise<string> {
    return (await this.passkeys.handleOf(id)) ?? this.passkeys.keepHandle(id, randomToken(HANDLE_BYTES));
  }
}

function refuseFull(existing: number): void {
  if (existing < MAX_PASSKEYS) return;
  throw new NAuthException('FORBIDDEN', { message: `An account has ${MAX_PASSKEYS} passkeys at most.` });
}
