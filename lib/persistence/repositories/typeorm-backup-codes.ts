import type { Database } from '../database';
import { isKnownId, requireCriterion } from './require-criterion';

/** The rows of backup codes. */
export class TypeormBackupCodes {
  constructor(private readonly database: Database) {}

  async countLeft(userId: string): Promise<number> {
    if (!isKnownId('user id', userId)) return 0;
    return this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.backupCodes, 'code')
        .where('code.userId = :userId AND code.usedAt IS NULL', { userId })
        .getCount(),
    );
  }

  async has(userId: string, hashes: readonly string[]): Promise<boolean> {
    if (!isKnownId('user id', userId) || hashes.length === 0) return false;
    for (const hash of hashes) requireCriterion('backup code digest', hash);
    return this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.backupCodes, 'code')
        .where('code.userId = :userId AND code.usedAt IS NULL', { userId })
        .andWhere('code.codeHash IN (:...hashes)', { hashes })
        .getExists(),
    );
  }

  async use(userId: string, hashes: readonly string[], at: Date): Promise<boolean> {
    if (!isKnownId('user id', userId) || hashes.length === 0) return false;
    for (const hash of hashes) requireCriterion('backup code digest', hash);
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.backupCodes)
        .set({ usedAt: at })
        .where('user_id = :userId AND code_hash IN (:...hashes) AND used_at IS NULL', { userId, hashes })
        .updateEntity(false)
        .execute(),
    );
    return result.affected === 1;
  }

  /** After `insert`: on MariaDB a delete that finds no row keeps others from inserting beside it. */
  async removeAllBut(userId: string, hashes: readonly string[]): Promise<void> {
    if (!isKnownId('user id', userId)) return;
    await this.database.execute((manager) => {
      const { backupCodes } = this.database.entities;
      const query = manager.createQueryBuilder().delete().from(backupCodes);
      query.where('user_id = :userId', { userId });
      return (
        hashes.length > 0 ? query.andWhere('code_hash NOT IN (:...hashes)', { hashes }) : query
      ).execute();
    });
  }

  async insert(userId: string, hashes: readonly string[], at: Date): Promise<void> {
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.backupCodes)
        .values(hashes.map((codeHash) => ({ userId, codeHash, createdAt: at, usedAt: null })))
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }
}
