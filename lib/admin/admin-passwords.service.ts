import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { AccountPasswords, ResetMessages } from '../auth';
import { UNIT_OF_WORK, type UnitOfWork } from '../common';
import type {
  AdminForcePasswordChangeResponse,
  AdminResetPasswordResponse,
  AdminSetPasswordResponse,
} from '../contracts';
import { NAuthException } from '../errors';
import { PasswordAttempts } from '../lockout';
import { AccountNotices } from '../notifications';
import { NewPasswords, PASSWORD_OPTIONS, PasswordChanger, type ResolvedPasswordOptions } from '../password';
import { SessionEnder } from '../sessions';
import { validateDto } from '../validation';
import { AdministeredUsers } from './administered-users.service';
import { AdminResetPasswordDTO, AdminSetPasswordDTO, AdminUserDTO } from './dto';

/** Passwords of other users. */
@Injectable()
export class AdminPasswords {
  constructor(
    @Inject(AdministeredUsers) private readonly users: AdministeredUsers,
    @Inject(NewPasswords) private readonly newPasswords: NewPasswords,
    @Inject(AccountPasswords) private readonly passwords: AccountPasswords,
    @Inject(PasswordChanger) private readonly changer: PasswordChanger,
    @Inject(ResetMessages) private readonly messages: ResetMessages,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(AccountNotices) private readonly notices: AccountNotices,
    @Inject(PASSWORD_OPTIONS) private readonly options: Pick<ResolvedPasswordOptions, 'adminReset'>,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(PasswordAttempts) private readonly attempts: PasswordAttempts,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /** @throws {NAuthException} see AdminAuthService.setPassword */
  async set(body: unknown): Promise<AdminSetPasswordResponse> {
    const { sub, newPassword, mustChangePassword = true } = validateDto(AdminSetPasswordDTO, body);
    const user = await this.users.find(sub);
    const passwordHash = await this.newPasswords.accept(newPassword, user, 'change');
    await this.passwords.ask(user, 'admin_set');
    const done = await this.passwords.replace({
      ...{ user, passwordHash, cause: 'admin_set' },
      changeRequired: mustChangePassword,
      recoveredBy: null,
      performedBy: this.users.actor(),
    });
    // The account changed at this very moment; the next try sees it as it is then.
    if (!done) throw new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1 });
    await this.attempts.forget(user.id);
    return { success: true, mustChangePassword, sessionsRevoked: done.sessions };
  }

  /** @throws {NAuthException} see AdminAuthService.resetPassword */
  async initiateReset(body: unknown): Promise<AdminResetPasswordResponse> {
    const dto = validateDto(AdminResetPasswordDTO, body);
    const { deliveryMethod: channel = 'email', revokeSessions = false, reason } = dto;
    const user = await this.users.find(dto.sub);
    const { adminReset } = this.options;
    const expiresInMs = dto.codeExpiresIn === undefined ? adminReset.expiresInMs : dto.codeExpiresIn * 1000;
    const options = { ...adminReset, expiresInMs };
    const admitted = await this.messages.admit(user, 'admin-password-reset', channel, options);
    // A number that is not proved may be anybody's.
    const isReachable = channel === 'email' || user.isPhoneVerified;
    if (!admitted || !isReachable) throw new NAuthException('PASSWORD_CHANGE_NOT_ALLOWED');
    return this.unitOfWork.run(async () => {
      const { destination } = await this.messages.send(admitted, user);
      const sessionsRevoked = revokeSessions ? await this.sessions.endAll(user.id, 'revoked_by_admin') : 0;
      await this.notices.sessionsRevoked(user, sessionsRevoked);
      await this.audit.record('ADMIN_PASSWORD_RESET_INITIATED', {
        status: 'SUCCESS',
        userId: user.id,
        performedBy: this.users.actor(),
        reason,
        details: { channel, sessions: sessionsRevoked },
      });
      const expiresIn = admitted.options.expiresInMs / 1000;
      return { success: true, destination, deliveryMedium: channel, expiresIn, sessionsRevoked };
    });
  }

  /** @throws {NAuthException} see AdminAuthService.setMustChangePassword */
  async forceChange(params: unknown): Promise<AdminForcePasswordChangeResponse> {
    const { sub } = validateDto(AdminUserDTO, params);
    const user = await this.users.find(sub);
    return this.unitOfWork.run(async () => {
      if (!(await this.changer.requireChange(user.id)))
        throw new NAuthException('PASSWORD_CHANGE_NOT_ALLOWED');
      await this.sessions.userChanged(user.id);
      await this.audit.record('PASSWORD_FORCE_CHANGE_SET', {
        status: 'SUCCESS',
        userId: user.id,
        performedBy: this.users.actor(),
      });
      return { success: true };
    });
  }
}
