import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { CHALLENGE_REPOSITORY, ChallengeRegistry } from '../challenges';
import type {
  AcceptedAnswer,
  ChallengeAnswer,
  ChallengeInHand,
  ChallengeRepository,
  ChallengeResolver,
  OpenedChallenge,
  PreparedChallenge,
  SignIn,
} from '../challenges';
import { CLOCK, type Clock } from '../common';
import { NAuthException, toNAuthException } from '../errors';
import { FactorFailures } from './factor-failures.service';
import { FactorVerifier, type FactorRequest, type UsableFactors } from './factor-verifier.service';
import { MfaPolicy } from './mfa-policy.service';

/** Methods whose factors a client has to tell apart. */
const LISTED: readonly string[] = ['totp', 'passkey'];

type SendCode = (binding: string) => Promise<string>;

/** The challenge MFA_REQUIRED: a sign-in shows a second factor of its account. */
@Injectable()
export class MfaRequiredResolver implements ChallengeResolver {
  readonly name = 'MFA_REQUIRED';

  constructor(
    @Inject(ChallengeRegistry) registry: ChallengeRegistry,
    @Inject(MfaPolicy) private readonly policy: MfaPolicy,
    @Inject(FactorVerifier) private readonly verifier: FactorVerifier,
    @Inject(FactorFailures) private readonly failures: FactorFailures,
    @Inject(CHALLENGE_REPOSITORY) private readonly challenges: ChallengeRepository,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    registry.register(this);
  }

  async isRequired(signIn: SignIn): Promise<boolean> {
    return (await this.policy.demandOf(signIn)) === 'factor';
  }

  /** Where the preferred factor is an address, the code goes out with the challenge, if it may be sent now. */
  async prepare(signIn: SignIn): Promise<PreparedChallenge> {
    const factors = await this.usable(signIn);
    const preferred = factors.methods.find(({ method }) => method.name === factors.preferred);
    const send = await preferred?.method
      .prepareCode?.({ user: signIn.user, devices: preferred.devices })
      .catch((error: unknown) => {
        // The client may ask for the code later, or use another factor.
        if (toNAuthException(error).getStatus() < 500) return undefined;
        throw error;
      });
    return { open: (current, challengeId) => this.openWith(current, challengeId, send) };
  }

  open(signIn: SignIn, challengeId: string): Promise<OpenedChallenge> {
    return this.openWith(signIn, challengeId, undefined);
  }

  async check({ challenge, signIn }: ChallengeInHand, answer: ChallengeAnswer): Promise<AcceptedAnswer> {
    if (!signIn) throw new NAuthException('VERIFY_CODE_INVALID');
    const { user } = signIn;
    const request = requestOf(challenge.id, signIn);
    const method = answer.method ?? (await this.verifier.usable(request)).preferred;
    try {
      const factor = await this.verifier.verify(request, { ...answer, method });
      await this.failures.succeeded(user);
      return {
        amr: factor.amr,
        apply: async () => {
          await factor.claim();
          await this.audit.record('MFA_VERIFICATION_SUCCESS', {
            status: 'SUCCESS',
            userId: user.id,
            authMethod: signIn.authMethod,
            details: { method: factor.method },
          });
        },
      };
    } catch (error) {
      if (toNAuthException(error).getStatus() < 500) await this.failures.failed(user, method ?? 'none');
      throw error;
    }
  }

  async resend({ challenge, signIn }: ChallengeInHand): Promise<{ destination: string }> {
    if (!signIn) throw new NAuthException('CHALLENGE_TYPE_MISMATCH');
    const request = requestOf(challenge.id, signIn);
    const { methods, preferred } = await this.verifier.usable(request);
    const sending = methods.filter(({ method }) => method.resend).map(({ method }) => method.name);
    const method =
      sending.find((name) => name === challenge.state['method']) ??
      sending.find((name) => name === preferred) ??
      sending[0];
    if (method === undefined) throw new NAuthException('CHALLENGE_TYPE_MISMATCH');
    return this.verifier.resend(request, method);
  }

  async challengeData(
    { challenge, signIn }: ChallengeInHand,
    method: string,
  ): Promise<Record<string, unknown>> {
    if (!signIn) throw new NAuthException('CHALLENGE_TYPE_MISMATCH');
    const data = await this.verifier.challengeData(requestOf(challenge.id, signIn), method);
    // What is sent again is what was asked for last; a backup code is sent by nobody.
    if (method === 'backup') return data;
    await this.challenges.updateState(challenge.id, { method }, new Date(this.clock.now()));
    return data;
  }

  private async openWith(
    signIn: SignIn,
    challengeId: string,
    send: SendCode | undefined,
  ): Promise<OpenedChallenge> {
    const factors = await this.usable(signIn);
    const names = await this.verifier.answersOf(signIn.user, factors);
    const destination = await send?.(bindingOf(challengeId));
    return {
      challengeParameters: {
        availableMethods: names,
        preferredMethod: factors.preferred ?? names[0] ?? null,
        devices: factors.methods
          .flatMap(({ devices }) => devices)
          .filter(({ type }) => LISTED.includes(type))
          .map(({ id, name, type }) => ({ id, name, type })),
        ...Object.assign({}, ...factors.methods.map(({ method, devices }) => method.hint?.(devices))),
        ...(destination !== undefined && { codeDeliveryDestination: destination }),
      },
      state: destination === undefined ? {} : { method: factors.preferred },
    };
  }

  private usable(signIn: SignIn): Promise<UsableFactors> {
    return this.verifier.usable({ ...signIn, binding: '' });
  }
}

function bindingOf(challengeId: string): string {
  return `challenge:${challengeId}`;
}

function requestOf(challengeId: string, { user, amr }: SignIn): FactorRequest {
  return { user, amr, binding: bindingOf(challengeId) };
}
