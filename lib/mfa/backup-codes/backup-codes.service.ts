import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { CLOCK, ENCRYPTION_KEYS, UNIT_OF_WORK } from '../../common';
import type { Clock, EncryptionKeys, UnitOfWork } from '../../common';
import { NAuthException } from '../../errors';
import type { User } from '../../users';
import type { ShownFactor } from '../mfa-method';
import { MFA_OPTIONS, type ResolvedMfaOptions } from '../mfa.options';
import { MFA_REPOSITORY, type MfaRepository } from '../mfa.repository';
import { newBackupCode, readBackupCode } from './backup-code';
import { BackupCodeDigests } from './backup-code-digests';

/** Codes for the day on which the factor is lost: random, shown once, and stored as digests (R083). */
@Injectable()
export class BackupCodes {
  private readonly digests: BackupCodeDigests;

  constructor(
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ENCRYPTION_KEYS) encryption: EncryptionKeys,
  ) {
    this.digests = new BackupCodeDigests(encryption);
  }

  /** A new set, which is shown this once; every earlier code is dead. One unit of work. */
  async generate(user: User): Promise<string[]> {
    const { codeCount, codeLength } = this.options.backup;
    const codes = Array.from({ length: codeCount }, () => newBackupCode(codeLength));
    const hashes = await Promise.all(
      codes.map((code) => this.digests.toStore(user.id, code.replaceAll('-', ''))),
    );
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
    const plain = readBackupCode(given);
    if (!this.options.backup.enabled || plain === undefined) throw new NAuthException('VERIFY_CODE_INVALID');
    const hashes = await this.digests.of(user.id, plain);
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

  private now(): Date {
    return new Date(this.clock.now());
  }
}
