import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { UNIT_OF_WORK, type UnitOfWork } from '../../common';
import { ContextStorage } from '../../context';
import type { AuditEventType } from '../../contracts';
import { DeviceRecognition } from '../../devices';
import { HookGate, HookRunner, type PasswordChangePayload } from '../../hooks';
import { Notifier, originOf, type Channel } from '../../notifications';
import { PasswordChanger } from '../../password';
import { SessionEnder } from '../../sessions';
import { toUserProfile, type User } from '../../users';
import { OneTimeCodes } from '../../verification';

export type PasswordChangeCause = PasswordChangePayload['cause'];

/** A password that is to be set, and what it was decided upon. */
export interface NewAccountPassword {
  /** As the decision saw it: the change is refused when the account has changed since. */
  user: User;
  /** Of `NewPasswords.accept`. */
  passwordHash: string;
  cause: PasswordChangeCause;
  /** The owner has to choose another one at the next login. */
  changeRequired?: boolean;
  /**
   * The channel whose code stands for the owner; null when somebody else vouches. Left out: as with the password before,
   * which the owner has shown.
   */
  recoveredBy?: Channel | null;
  /** `sub` of who set it, where that is not the owner. */
  performedBy?: string | null;
}

const EVENTS: Readonly<Record<PasswordChangeCause, AuditEventType>> = {
  change: 'PASSWORD_CHANGED',
  forced: 'PASSWORD_FORCE_CHANGE_COMPLETED',
  reset: 'PASSWORD_RESET_COMPLETED',
  admin_reset: 'ADMIN_PASSWORD_RESET_COMPLETED',
  admin_set: 'PASSWORD_CHANGED',
};

/** The one way in which the password of an account changes, with all that ends by it (R121). */
@Injectable()
export class AccountPasswords {
  constructor(
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(PasswordChanger) private readonly changer: PasswordChanger,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(DeviceRecognition) private readonly devices: DeviceRecognition,
    @Inject(OneTimeCodes) private readonly codes: OneTimeCodes,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(HookGate) private readonly hookGate: HookGate,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(ContextStorage) private readonly context: ContextStorage,
  ) {}

  /**
   * Asks the `beforePasswordChange` hooks. Outside of a unit of work, when all else has been found in order.
   *
   * @throws {NAuthException} what a hook refused with; SERVICE_UNAVAILABLE when one failed
   */
  ask(user: User, cause: PasswordChangeCause): Promise<void> | undefined {
    return this.hookGate.ask('beforePasswordChange', () => toPayload(user, cause), user.id);
  }

  /**
   * Sets the password and ends what the former one has opened, as one unit: sessions with their tokens, trust in
   * devices, codes that are on their way. Sign-ins under way, and so their challenges, end with the security version of
   * the account, which rises. The owner is told.
   *
   * @param claim what has to be there for the change and is used up by it; throws when it is not. It runs while the
   * account's row is held and gives the id of the session that goes on, if one does
   * @returns how many sessions ended; undefined, with nothing changed, when the account changed since it was read
   */
  replace(
    { user, passwordHash, cause, changeRequired = false, performedBy = null, ...rest }: NewAccountPassword,
    claim?: () => Promise<string | undefined>,
  ): Promise<{ sessions: number } | undefined> {
    const { recoveredBy = user.passwordRecoveredBy } = rest;
    return this.unitOfWork.run(async () => {
      if (!(await this.changer.set(user, passwordHash, { changeRequired, recoveredBy }))) return undefined;
      const kept = await claim?.();
      const sessions = await this.sessions.endAll(user.id, 'password_changed', kept);
      const trustedDevices = await this.devices.endTrust(user.id);
      await this.codes.voidAll(user.id);
      await this.audit.record(EVENTS[cause], {
        status: 'SUCCESS',
        userId: user.id,
        sessionId: kept,
        performedBy,
        details: { sessions, trustedDevices, changeRequired },
      });
      await this.tellOwner(user, performedBy === null);
      const changed = { ...user, hasPassword: true };
      await this.hooks.after('afterPasswordChange', () => toPayload(changed, cause));
      return { sessions };
    });
  }

  /** Network and device of whoever else did it are not the owner's to know. */
  private async tellOwner(user: User, byOwner: boolean): Promise<void> {
    await this.notifier.queue({
      channel: 'email',
      template: 'passwordChanged',
      to: user.email,
      userId: user.id,
      userName: user.firstName ?? user.username,
      locale: user.locale,
      timezone: user.timezone,
      variables: await originOf(byOwner ? this.context.current()?.client : undefined),
    });
  }
}

function toPayload(user: User, cause: PasswordChangeCause): PasswordChangePayload {
  return { user: toUserProfile(user, null), cause };
}
