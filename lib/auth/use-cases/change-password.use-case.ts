import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { UNIT_OF_WORK, type UnitOfWork } from '../../common';
import { CurrentIdentity, type CurrentSession } from '../../context';
import { NAuthException } from '../../errors';
import { PasswordAttempts } from '../../lockout';
import { NewPasswords, PASSWORD_REPOSITORY, PasswordService, type PasswordRepository } from '../../password';
import { SessionReplacer, type Session } from '../../sessions';
import { USER_REPOSITORY, type User, type UserRepository } from '../../users';
import { validateDto } from '../../validation';
import { toChangePasswordResponse } from '../auth-response.factory';
import { ChangePasswordDTO, type ChangePasswordResponseDTO } from '../dto';
import { AccountPasswords } from '../passwords/account-passwords.service';

/** What the present password is checked against. */
interface PasswordAccount {
  id: string;
  user: User;
  passwordHash: string | null;
}

/**
 * The signed-in user chooses another password. The present one is asked for, and a wrong one counts as at login: a
 * session that somebody else has got hold of is no way to guess it (R020, R122).
 */
@Injectable()
export class ChangePasswordUseCase {
  constructor(
    @Inject(CurrentIdentity) private readonly identity: CurrentIdentity,
    @Inject(PasswordAttempts) private readonly attempts: PasswordAttempts,
    @Inject(PasswordService) private readonly hashes: PasswordService,
    @Inject(NewPasswords) private readonly newPasswords: NewPasswords,
    @Inject(AccountPasswords) private readonly passwords: AccountPasswords,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(PASSWORD_REPOSITORY) private readonly stored: PasswordRepository,
    @Inject(SessionReplacer) private readonly sessions: SessionReplacer,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /**
   * @throws {NAuthException} VALIDATION_FAILED, PASSWORD_INCORRECT, PASSWORD_CHANGE_NOT_ALLOWED,
   * VALIDATION_INVALID_PASSWORD, PASSWORD_REUSED, RATE_LIMIT_LOGIN, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE,
   * and what a `beforePasswordChange` hook refuses with
   */
  async execute(body: unknown): Promise<ChangePasswordResponseDTO> {
    const { oldPassword, newPassword } = validateDto(ChangePasswordDTO, body);
    const { session } = this.identity.require();
    // Refused before anything is looked up or counted (R006).
    this.hashes.prepare(oldPassword, 'oldPassword');
    this.hashes.prepare(newPassword, 'newPassword');
    const { user } = await this.prove(session, oldPassword);
    const passwordHash = await this.newPasswords.accept(newPassword, user, 'change');
    await this.passwords.ask(user, 'change');
    const successor = await this.change(session, user, passwordHash);
    return toChangePasswordResponse(this.sessions.issue(successor));
  }

  private async prove({ userId, sessionId }: CurrentSession, password: string): Promise<PasswordAccount> {
    const account = await this.find(userId);
    if (!account) throw new NAuthException('AUTH_SESSION_NOT_FOUND');
    if (account.passwordHash === null) throw new NAuthException('PASSWORD_CHANGE_NOT_ALLOWED');
    const proved = await this.attempts.check({
      name: userId,
      find: () => Promise.resolve(account),
      verify: (_account, urgent) => this.hashes.verify(password, account.passwordHash, { urgent }),
    });
    if (proved) return proved;
    await this.audit.recordRefusal('PASSWORD_CHANGED', {
      status: 'FAILURE',
      userId,
      sessionId,
      reason: 'wrong_password',
    });
    throw new NAuthException('PASSWORD_INCORRECT');
  }

  /** The account is read before its hash: a change between the two is seen as one that came after the look. */
  private async find(userId: string): Promise<PasswordAccount | null> {
    const user = await this.users.findById(userId);
    const [passwordHash = null] = user ? await this.stored.recentHashes(userId, 0) : [];
    return user && { id: userId, user, passwordHash };
  }

  /** The new password, the end of all other sessions and the successor of this one are one unit. */
  private change({ sessionId }: CurrentSession, user: User, passwordHash: string): Promise<Session> {
    return this.unitOfWork.run(async () => {
      let successor: Session | undefined;
      await this.passwords.replace({ user, passwordHash, cause: 'change' }, async () => {
        successor = await this.sessions.replace(sessionId, user.id);
        return successor.id;
      });
      // Of several changes at once one is made, and ends the sessions of the others.
      if (!successor) throw new NAuthException('AUTH_SESSION_NOT_FOUND');
      return successor;
    });
  }
}
