import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import type { Channel } from '../notifications';
import type { User } from '../users';
import { PASSWORD_OPTIONS, type ResolvedPasswordOptions } from './password.options';
import { PASSWORD_REPOSITORY, type PasswordRepository } from './password.repository';

const DAY_MS = 86_400_000;

/** Sets the password of an account, and knows when it is time to. */
@Injectable()
export class PasswordChanger {
  constructor(
    @Inject(PASSWORD_OPTIONS)
    private readonly options: Pick<ResolvedPasswordOptions, 'historyCount' | 'expiryDays'>,
    @Inject(PASSWORD_REPOSITORY) private readonly passwords: PasswordRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Stores a hash of `NewPasswords.accept`, as part of the running unit of work. The security version of the account
   * rises by one, which ends sign-ins under way; the caller ends the sessions in the same unit (R121).
   * @param user as the decision saw it
   * @returns false, with nothing changed, when the account changed since: of several changes at once one is made
   */
  set(
    user: Pick<User, 'id' | 'securityVersion'>,
    passwordHash: string,
    {
      changeRequired = false,
      recoveredBy = null,
    }: { changeRequired?: boolean; recoveredBy?: Channel | null } = {},
  ): Promise<boolean> {
    return this.passwords.replace({
      userId: user.id,
      securityVersion: user.securityVersion,
      passwordHash,
      at: this.now(),
      keep: this.options.historyCount,
      changeRequired,
      recoveredBy,
    });
  }

  /** Has the owner choose another password at the next login. False for an account without a password. */
  requireChange(userId: string): Promise<boolean> {
    return this.passwords.setChangeRequired(userId, this.now());
  }

  /** Takes `requireChange` back. False for an account without a password. */
  waiveChange(userId: string): Promise<boolean> {
    return this.passwords.setChangeRequired(userId, null);
  }

  /**
   * A password that a code by message has set is a factor of its own from now on: something else than that channel was
   * shown beside it, or there was nothing that it could have walked around. Part of the running unit of work.
   */
  async settleRecovery({ id, passwordRecoveredBy }: Pick<User, 'id' | 'passwordRecoveredBy'>): Promise<void> {
    if (passwordRecoveredBy !== null) await this.passwords.forgetRecovery(id);
  }

  /** Whether the owner has to choose another password before tokens are given: demanded, or too old (`expiryDays`). */
  isChangeDue(user: Pick<User, 'passwordChangedAt' | 'passwordChangeRequired'>): boolean {
    const { passwordChangedAt, passwordChangeRequired } = user;
    const { expiryDays } = this.options;
    if (passwordChangedAt === null) return false;
    if (passwordChangeRequired) return true;
    return expiryDays > 0 && this.clock.now() - passwordChangedAt.getTime() >= expiryDays * DAY_MS;
  }

  private now(): Date {
    return new Date(this.clock.now());
  }
}
