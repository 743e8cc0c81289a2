import { Inject, Injectable } from '@nestjs/common';
import { UNIT_OF_WORK, type UnitOfWork } from '../../common';
import { LOCKOUT_OPTIONS, type ResolvedLockoutOptions } from '../../lockout';
import { AccountNotices } from '../../notifications';
import type { User } from '../../users';

/**
 * Tells the owner of an account that wrong passwords have locked it. Nobody waits for it, not even for the look-up, which
 * is made for every name: neither answer nor time tells whether there is an account (R013, R014, R017).
 */
@Injectable()
export class LockoutNotice {
  constructor(
    @Inject(AccountNotices) private readonly notices: AccountNotices,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(LOCKOUT_OPTIONS) private readonly lockout: Pick<ResolvedLockoutOptions, 'durationMs'>,
  ) {}

  /** @param find the account of the name that was locked; none where there is no account */
  tell(find: () => Promise<{ user: User } | null>): void {
    // After the answer is on its way. A notice that could not be taken is lost: the lock is what protects the account.
    this.unitOfWork.outside(() => setImmediate(() => void this.queue(find).catch(() => undefined)));
  }

  private async queue(find: () => Promise<{ user: User } | null>): Promise<void> {
    const found = await find();
    if (found?.user.isActive) await this.notices.accountLockout(found.user, this.lockout.durationMs / 1000);
  }
}
