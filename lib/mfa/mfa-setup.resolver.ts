import { Inject, Injectable } from '@nestjs/common';
import { ChallengeRegistry } from '../challenges';
import type {
  AcceptedAnswer,
  ChallengeAnswer,
  ChallengeInHand,
  ChallengeResolver,
  OpenedChallenge,
  SignIn,
} from '../challenges';
import { NAuthException } from '../errors';
import { SECOND_FACTOR, SessionEnder } from '../sessions';
import { FactorEnrolment } from './factor-enrolment.service';
import type { MfaSetupContext } from './mfa-method';
import { MfaMethodRegistry } from './mfa-method-registry';
import { MfaPolicy } from './mfa-policy.service';

/** The challenge MFA_SETUP_REQUIRED: a sign-in goes on when its account has a second factor. */
@Injectable()
export class MfaSetupResolver implements ChallengeResolver {
  readonly name = 'MFA_SETUP_REQUIRED';

  constructor(
    @Inject(ChallengeRegistry) registry: ChallengeRegistry,
    @Inject(MfaPolicy) private readonly policy: MfaPolicy,
    @Inject(MfaMethodRegistry) private readonly methods: MfaMethodRegistry,
    @Inject(FactorEnrolment) private readonly enrolment: FactorEnrolment,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
  ) {
    registry.register(this);
  }

  async isRequired(signIn: SignIn): Promise<boolean> {
    return (await this.policy.demandOf(signIn)) === 'setup';
  }

  open({ user }: SignIn): Promise<OpenedChallenge> {
    const allowedMethods = this.methods
      .usable()
      .flatMap((method) => (method.canSetUp(user) ? [method.name] : []));
    const wantsPhone = allowedMethods.includes('sms') && user.phone === null;
    return Promise.resolve({
      challengeParameters: {
        allowedMethods,
        instructions: 'Set up a second step for your sign-ins.',
        ...(wantsPhone && { requiresPhoneCollection: 'true' }),
      },
    });
  }

  async check(
    inHand: ChallengeInHand,
    { method, setupData, credential }: ChallengeAnswer,
  ): Promise<AcceptedAnswer> {
    const context = contextOf(inHand);
    const data = { ...(credential && { credential }), ...setupData };
    const proof = await this.enrolment.prove(context, method ?? '', data);
    return {
      amr: [...proof.proved.amr, SECOND_FACTOR],
      raisesSecurityVersion: true,
      apply: async () => {
        await this.enrolment.store({ ...proof, onlyFirst: true });
        // Those that a grace period let in have shown no factor, and would go on without one.
        await this.sessions.endAll(context.user.id, 'mfa_enabled');
      },
    };
  }

  setupData(
    inHand: ChallengeInHand,
    method: string,
    setupData: Record<string, unknown> = {},
  ): Promise<Record<string, unknown>> {
    return this.enrolment.begin(contextOf(inHand), method, setupData);
  }
}

function contextOf({ challenge, signIn }: ChallengeInHand): MfaSetupContext {
  if (!signIn) throw new NAuthException('CHALLENGE_INVALID');
  return { user: signIn.user, binding: `challenge:${challenge.id}` };
}
