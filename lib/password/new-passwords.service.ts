import { Inject, Injectable } from '@nestjs/common';
import type { NAuthErrorCode } from '../contracts';
import { NAuthException } from '../errors';
import { BreachCheck } from './breached/breach-check.service';
import { PASSWORD_OPTIONS, type ResolvedPasswordOptions } from './password.options';
import { PASSWORD_REPOSITORY, type PasswordRepository } from './password.repository';
import { PasswordService } from './password.service';
import type { PasswordOwner } from './policy/password-owner';
import { PasswordPolicy, type PasswordProblem } from './policy/password-policy';

/** What a new password is for: an account that is being opened, or one that has (or may have) a password already. */
export type NewPasswordUse = 'signup' | 'change' | 'forced-change';

const REFUSALS: Readonly<Record<NewPasswordUse, NAuthErrorCode>> = {
  signup: 'SIGNUP_WEAK_PASSWORD',
  change: 'VALIDATION_INVALID_PASSWORD',
  'forced-change': 'VALIDATION_INVALID_PASSWORD',
};

/**
 * The one way from a password that somebody chose to a hash that is stored, so that the policy holds wherever one is set
 * (R001, R003, R004).
 */
@Injectable()
export class NewPasswords {
  constructor(
    @Inject(PASSWORD_OPTIONS) private readonly options: Pick<ResolvedPasswordOptions, 'historyCount'>,
    @Inject(PasswordService) private readonly hashes: PasswordService,
    @Inject(PasswordPolicy) private readonly policy: PasswordPolicy,
    @Inject(BreachCheck) private readonly breaches: BreachCheck,
    @Inject(PASSWORD_REPOSITORY) private readonly passwords: PasswordRepository,
  ) {}

  /**
   * The hash of a password that may be set. Not inside a unit of work: it hashes, and it may ask another server.
   *
   * After a demand to change it ('forced-change') the present password is refused also where no history is kept.
   * @throws {NAuthException} SIGNUP_WEAK_PASSWORD ('signup') or VALIDATION_INVALID_PASSWORD, details.errors and
   * details.reasons: the rules that it breaks; PASSWORD_REUSED; VALIDATION_FAILED: too long or not well-formed Unicode;
   * SERVICE_UNAVAILABLE when too many hashes wait, or the breach check failed and may not be left out
   */
  async accept(password: string, owner: PasswordOwner, use: NewPasswordUse): Promise<string> {
    const prepared = this.hashes.prepare(password, use === 'signup' ? 'password' : 'newPassword');
    refuse(use, this.policy.problems(password, prepared, owner));
    if (await this.breaches.isBreached(prepared, owner.id)) refuse(use, [BREACHED]);
    if (use !== 'signup') await this.assertNew(password, owner, use);
    return this.hashes.hash(password);
  }

  /** At most `historyCount` + 1 verifications, each in the queue of all hashing. */
  private async assertNew(password: string, owner: PasswordOwner, use: NewPasswordUse): Promise<void> {
    const { historyCount } = this.options;
    if (owner.id === undefined || (historyCount === 0 && use === 'change')) return;
    for (const used of await this.passwords.recentHashes(owner.id, historyCount)) {
      if (await this.hashes.verify(password, used)) throw new NAuthException('PASSWORD_REUSED');
    }
  }
}

const BREACHED: PasswordProblem = {
  reason: 'BREACHED',
  message: 'The password is known from a data breach.',
};

function refuse(use: NewPasswordUse, problems: readonly PasswordProblem[]): void {
  if (problems.length === 0) return;
  throw new NAuthException(REFUSALS[use], {
    details: {
      errors: problems.map(({ message }) => message),
      reasons: problems.map(({ reason }) => reason),
    },
  });
}
