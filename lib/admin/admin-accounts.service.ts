import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { CLOCK, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../common';
import type {
  AdminDeleteUserResponse,
  AdminDisableUserResponse,
  AdminEnableUserResponse,
  UserProfile,
} from '../contracts';
import { DeviceRecognition } from '../devices';
import { NAuthException } from '../errors';
import { Notifier } from '../notifications';
import { SessionEnder } from '../sessions';
import { ACCOUNT_ADMINISTRATION, toUserProfile, type AccountAdministration, type User } from '../users';
import { validateDto } from '../validation';
import { OneTimeCodes } from '../verification';
import { AdministeredUsers } from './administered-users.service';
import { AdminDisableUserDTO, AdminUserDTO } from './dto';

/** Whether accounts of other users may be used, and their end. */
@Injectable()
export class AdminAccounts {
  constructor(
    @Inject(AdministeredUsers) private readonly users: AdministeredUsers,
    @Inject(ACCOUNT_ADMINISTRATION) private readonly accounts: AccountAdministration,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(DeviceRecognition) private readonly devices: DeviceRecognition,
    @Inject(OneTimeCodes) private readonly codes: OneTimeCodes,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws {NAuthException} see AdminAuthService.disableUser */
  async disable(body: unknown): Promise<AdminDisableUserResponse> {
    const { sub, reason } = validateDto(AdminDisableUserDTO, body);
    const user = await this.users.findOther(sub);
    const revokedSessions = await this.unitOfWork.run(async () => {
      if (!(await this.accounts.setActive(user.id, false, this.now()))) return 0;
      const sessions = await this.sessions.endAll(user.id, 'account_disabled');
      const trustedDevices = await this.devices.endTrust(user.id);
      await this.codes.voidAll(user.id);
      await this.audit.record('ACCOUNT_DISABLED', {
        status: 'SUCCESS',
        userId: user.id,
        performedBy: this.users.actor(),
        reason,
        details: { sessions, trustedDevices },
      });
      await this.tellOwner(user, 'accountDisabled');
      return sessions;
    });
    return { success: true, user: await this.profile(user.id), revokedSessions };
  }

  /** @throws {NAuthException} see AdminAuthService.enableUser */
  async enable(params: unknown): Promise<AdminEnableUserResponse> {
    const { sub } = validateDto(AdminUserDTO, params);
    const user = await this.users.find(sub);
    await this.unitOfWork.run(async () => {
      if (!(await this.accounts.setActive(user.id, true, this.now()))) return;
      await this.audit.record('ACCOUNT_ENABLED', {
        status: 'SUCCESS',
        userId: user.id,
        performedBy: this.users.actor(),
      });
      await this.tellOwner(user, 'accountEnabled');
    });
    return { success: true, user: await this.profile(user.id) };
  }

  /** @throws {NAuthException} see AdminAuthService.deleteUser */
  async delete(params: unknown): Promise<AdminDeleteUserResponse> {
    const { sub } = validateDto(AdminUserDTO, params);
    const { id } = await this.users.findOther(sub);
    return this.unitOfWork.run(async () => {
      // Takes hold of the row first: a login under way is over before the sessions end, or finds no account.
      await this.accounts.setActive(id, false, this.now());
      const sessions = await this.sessions.endAll(id, 'account_deleted');
      const deletedRecords = await this.accounts.delete(id);
      if (!deletedRecords) throw new NAuthException('RESOURCE_NOT_FOUND');
      await this.audit.record('ACCOUNT_DELETED', {
        status: 'SUCCESS',
        userId: id,
        performedBy: this.users.actor(),
        details: { sessions },
      });
      return { success: true, deletedUserId: id, deletedRecords };
    });
  }

  private async profile(id: string): Promise<UserProfile> {
    return toUserProfile(await this.users.find(id), null);
  }

  private async tellOwner(user: User, template: 'accountDisabled' | 'accountEnabled'): Promise<void> {
    await this.notifier.queue({
      channel: 'email',
      template,
      to: user.email,
      userId: user.id,
      userName: user.firstName ?? user.username,
      locale: user.locale,
      timezone: user.timezone,
      variables: {},
    });
  }

  private now(): Date {
    return new Date(this.clock.now());
  }
}
