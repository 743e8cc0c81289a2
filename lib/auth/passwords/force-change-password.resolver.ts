import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import {
  ChallengeRegistry,
  type AcceptedAnswer,
  type ChallengeAnswer,
  type ChallengeInHand,
  type ChallengeResolver,
  type OpenedChallenge,
  type SignIn,
} from '../../challenges';
import { NAuthException } from '../../errors';
import { NewPasswords, PasswordChanger } from '../../password';
import { AccountPasswords } from './account-passwords.service';

/** Another password before tokens: an administrator demands it, or the present one is older than `expiryDays`. */
@Injectable()
export class ForceChangePasswordResolver implements ChallengeResolver, OnModuleInit {
  readonly name = 'FORCE_CHANGE_PASSWORD';

  constructor(
    @Inject(ChallengeRegistry) private readonly registry: ChallengeRegistry,
    @Inject(PasswordChanger) private readonly changer: PasswordChanger,
    @Inject(NewPasswords) private readonly newPasswords: NewPasswords,
    @Inject(AccountPasswords) private readonly passwords: AccountPasswords,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  isRequired({ user }: SignIn): Promise<boolean> {
    return Promise.resolve(this.changer.isChangeDue(user));
  }

  open(): Promise<OpenedChallenge> {
    return Promise.resolve({
      challengeParameters: { instructions: 'Choose a new password, which is not the present one.' },
    });
  }

  /**
   * @throws {NAuthException} VALIDATION_FAILED without a new password, and as `NewPasswords.accept`; what a
   * `beforePasswordChange` hook refuses with
   */
  async check({ signIn }: ChallengeInHand, { newPassword }: ChallengeAnswer): Promise<AcceptedAnswer> {
    if (newPassword === undefined) {
      const fields = { newPassword: ['newPassword must be a string of 1 to 4096 characters'] };
      throw new NAuthException('VALIDATION_FAILED', { details: { fields } });
    }
    if (!signIn) throw new NAuthException('CHALLENGE_INVALID');
    const { user } = signIn;
    const passwordHash = await this.newPasswords.accept(newPassword, user, 'forced-change');
    await this.passwords.ask(user, 'forced');
    return {
      raisesSecurityVersion: true,
      apply: async () => {
        // Something else changed the account since: the sign-in is void (R076).
        if (!(await this.passwords.replace({ user, passwordHash, cause: 'forced' }))) {
          throw new NAuthException('CHALLENGE_INVALID');
        }
      },
    };
  }
}
