import { Inject, Injectable, Logger } from '@nestjs/common';
import { AuditRecorder } from '../audit';
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
    @Inject(AuditRecorder) private readonly audit: AuditRecorder,
  ) {}

  /**
   * Makes the stored hash anew if it is outdated: another algorithm, a lower cost, an earlier key. Never throws: the
   * next login tries again. Not inside a unit of work, because it hashes.
   * @param password that `storedHash` has just been verified with
   */
  async run(userId: string, password: string, storedHash: string): Promise<void> {
    if (this.running.has(userId) || !this.hashes.needsRehash(storedHash)) return;
    this.running.add(userId);
    try {
      // Urgent: whoever waits for it has proved to be the owner.
      const hash = await this.hashes.hash(password, { urgent: true });
      // The condition decides: a password set meanwhile, or an upgrade by another instance, stays.
      await this.passwords.upgradeHash(userId, storedHash, hash);
    } catch (error) {
      await this.failed(userId, error);
    } finally {
      this.running.delete(userId);
    }
  }

  private async failed(userId: string, error: unknown): Promise<void> {
    this.logger.warn(`An outdated password hash could not be replaced: ${errorKind(error)}`);
    try {
      await this.audit.record('PASSWORD_HASH_UPGRADE_FAILED', { status: 'FAILURE', userId });
    } catch (cause) {
      this.logger.warn(`That could not be recorded either: ${errorKind(cause)}`);
    }
  }
}
