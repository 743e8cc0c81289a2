import { Inject, Injectable, Logger } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { errorKind } from './error-kind';
import { PASSWORD_REPOSITORY, type PasswordRepository } from './password.repository';
import { PasswordService } from './password.service';

/** Replaces outdated hashes when their owners sign in: only then the password is at hand (R009). */
@Injectable()
export class PasswordHashUpgrade {
  private readonly logger = new Logger(PasswordHashUpgrade.name);
  /** Accounts whose hash is being replaced: logins beside it need not make the same hash again. */
  private readonly running = new Set<string>();

  constructor(
    @Inject(PasswordService) private readonly hashes: PasswordService,
    @Inject(PASSWORD_REPOSITORY) private readonly passwords: PasswordRepository,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /**
   * Makes the stored hash anew if it is outdated: another algorithm, a lower cost, an earlier key. Never throws: the
   * next login tries again. Not inside a unit of work, because it hashes.
   * @param password that `storedHash` has just been verified with
   */
  async run(userId: string, password: string, storedHash: string | null): Promise<void> {
    if (storedHash === null || this.running.has(userId) || !this.hashes.needsRehash(storedHash)) return;
    this.running.add(userId);
    try {
      // The condition decides: a password set meanwhile, or an upgrade by another instance, stays.
      await this.passwords.upgradeHash(userId, storedHash, await this.hashes.hash(password));
    } catch (error) {
      this.logger.warn(`An outdated password hash could not be replaced: ${errorKind(error)}`);
      await this.audit.recordRefusal('PASSWORD_HASH_UPGRADE_FAILED', { status: 'FAILURE', userId });
    } finally {
      this.running.delete(userId);
    }
  }
}
