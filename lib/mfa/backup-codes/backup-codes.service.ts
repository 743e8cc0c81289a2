import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { CLOCK, deriveKey, ENCRYPTION_KEYS, UNIT_OF_WORK } from '../../common';
import type { Clock, EncryptionKeys, UnitOfWork } from '../../common';
import { NAuthException } from '../../errors';
import type { User } from '../../users';
import type { ShownFactor } from '../mfa-method';
import { MFA_OPTIONS, type ResolvedMfaOptions } from '../mfa.options';
import { MFA_REPOSITORY, type MfaRepository } from '../mfa.repository';
import { newBackupCode, readBackupCode } from './backup-code';

/**
 * Codes for the day on which the factor is lost. They are long and random, and what is stored of them is a digest under a
 * key of the server, with the account in it: neither a dump nor an index of digests says anything (R083, R145).
 */
@Injectable()
export class BackupCodes {
  private readonly keys: readonly Buffer[];

  constructor(
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ENCRYPTION_KEYS) encryption: EncryptionKeys,
  ) {
    const others = [...encryption.keys.keys()].filter((id) => id !== encryption.current);
    this.keys = [encryption.current, ...others].flatMap((id) => {
      const secret = encryption.keys.get(id);
      return secret ? [deriveKey(secret, 'nauth backup code')] : [];
    });
  }

  /** A new set, which is shown this once; every earlier code is dead. One unit of work. */
  async generate(user: User): Promise<string[]> {
    const { codeCount, codeLength } = this.options.backup;
    const codes = Array.from({ length: codeCount }, () => newBackupCode(codeLength));
    const hashes = codes.map((code) => this.digest(user.id, code.replaceAll('-', ''), 0));
    await this.unitOfWork.run(async () => {
      await this.mfa.replaceBackupCodes(user.id, hashes, this.now());
      await this.audit.record('MFA_BACKUP_CODES_GENERATED', {
        status: 'SUCCESS',
        userId: user.id,
        details: { codes: codeCount },
      });
    });
    return codes;
  }

  /** Whether a code of the account could still be shown. */
  async areLeft(userId: string): Promise<boolean> {
    return this.options.backup.enabled && (await this.mfa.findAccount(userId)).backupCodesLeft > 0;
  }

  /**
   * Looks whether the code is one that is left; `claim` uses it up.
   *
   * @throws {NAuthException} VERIFY_CODE_INVALID
   */
  async verify(user: User, given: unknown): Promise<ShownFactor> {
    const plain = readBackupCode(given, this.options.backup.codeLength);
    if (!this.options.backup.enabled || plain === undefined) throw new NAuthException('VERIFY_CODE_INVALID');
    const hashes = this.keys.map((_, index) => this.digest(user.id, plain, index));
    if (!(await this.mfa.hasBackupCode(user.id, hashes))) throw new NAuthException('VERIFY_CODE_INVALID');
    return {
      device: null,
      amr: ['otp'],
      claim: async () => {
        if (!(await this.mfa.useBackupCode(user.id, hashes, this.now()))) {
          throw new NAuthException('VERIFY_CODE_INVALID');
        }
        await this.audit.record('MFA_BACKUP_CODE_USED', { status: 'SUCCESS', userId: user.id });
      },
    };
  }

  private digest(userId: string, code: string, key: number): string {
    return createHmac('sha256', this.keys[key] ?? '')
      .update(JSON.stringify([userId, code]))
      .digest('base64url');
  }

  private now(): Date {
    return new Date(this.clock.now());
  }
}
