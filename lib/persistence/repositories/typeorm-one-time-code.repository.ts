import type { UpdateQueryBuilder } from 'typeorm';
import type { CodePurpose, OneTimeCode, OneTimeCodeRepository, ProvedCode } from '../../verification';
import type { Database } from '../database';
import { isKnownId, requireCriterion } from './require-criterion';

const AT_PLACE = 'purpose = :purpose AND subject = :subject';
const LIVE = 'used_at IS NULL AND expires_at > :at';

export class TypeormOneTimeCodeRepository implements OneTimeCodeRepository {
  constructor(private readonly database: Database) {}

  async replace(code: OneTimeCode, cutoff: Date, keepsLife: boolean): Promise<boolean> {
    const { purpose, subject, target, sentAt: at } = code;
    requireCriterion('code subject', subject);
    const sameLife = `${LIVE} AND target = :target`;
    const affected = await this.update((query) =>
      query
        // MySQL assigns from left to right and reads what it has assigned: what depends on old values comes first.
        .set({
          ...(keepsLife
            ? {
                attempts: () => `CASE WHEN ${sameLife} THEN attempts ELSE 0 END`,
                expiresAt: () => `CASE WHEN ${sameLife} THEN expires_at ELSE :expiresAt END`,
              }
            : { attempts: 0, expiresAt: code.expiresAt }),
          userId: code.userId,
          target,
          codeHash: code.codeHash,
          linkHash: code.linkHash,
          maxAttempts: code.maxAttempts,
          sentAt: at,
          usedAt: null,
        })
        .where(`${AT_PLACE} AND NOT (${sameLife} AND sent_at > :cutoff)`, {
          purpose,
          subject,
          target,
          at,
          cutoff,
        })
        .setParameter('expiresAt', code.expiresAt),
    );
    if (affected === 1) return true;
    return this.insertIfAbsent(code);
  }

  async find(purpose: CodePurpose, subject: string): Promise<OneTimeCode | null> {
    requireCriterion('code subject', subject);
    return this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.oneTimeCodes, 'code')
        .where('code.purpose = :purpose AND code.subject = :subject', { purpose, subject })
        .getOne(),
    );
  }

  async countAttempt(purpose: CodePurpose, subject: string, at: Date): Promise<boolean> {
    requireCriterion('code subject', subject);
    const affected = await this.update((query) =>
      query
        .set({ attempts: () => 'attempts + 1' })
        .where(`${AT_PLACE} AND ${LIVE} AND attempts < max_attempts`, { purpose, subject, at }),
    );
    return affected === 1;
  }

  async giveAttemptBack(purpose: CodePurpose, subject: string): Promise<void> {
    requireCriterion('code subject', subject);
    await this.update((query) =>
      query
        .set({ attempts: () => 'attempts - 1' })
        .where(`${AT_PLACE} AND attempts > 0`, { purpose, subject }),
    );
  }

  async consume({ purpose, subject, target, codeHash }: ProvedCode, at: Date): Promise<boolean> {
    requireCriterion('code subject', subject);
    requireCriterion('code digest', codeHash);
    const affected = await this.update((query) =>
      query
        .set({ usedAt: at })
        .where(`${AT_PLACE} AND ${LIVE} AND target = :target AND code_hash = :codeHash`, {
          purpose,
          subject,
          target,
          codeHash,
          at,
        }),
    );
    return affected === 1;
  }

  async voidAll(userId: string, at: Date, purposes?: readonly CodePurpose[]): Promise<void> {
    if (!isKnownId('user id', userId) || purposes?.length === 0) return;
    await this.update((query) => {
      query.set({ usedAt: at }).where(`user_id = :userId AND ${LIVE}`, { userId, at });
      return purposes ? query.andWhere('purpose IN (:...purposes)', { purposes }) : query;
    });
  }

  async deleteExpired(before: Date, limit: number): Promise<number> {
    const { oneTimeCodes } = this.database.entities;
    return this.database.execute(async (manager) => {
      const rows = await manager
        .createQueryBuilder(oneTimeCodes, 'code')
        .where('code.expiresAt <= :before', { before })
        .orderBy('code.expiresAt', 'ASC')
        .limit(limit)
        .getMany();
      for (const { purpose, subject } of rows) {
        // A code may have been replaced since it was read.
        await manager
          .createQueryBuilder()
          .delete()
          .from(oneTimeCodes)
          .where(`${AT_PLACE} AND expires_at <= :before`, { purpose, subject, before })
          .execute();
      }
      return rows.length;
    });
  }

  /** True when there was none: the statement passes over a row that somebody else has just inserted. */
  private async insertIfAbsent(code: OneTimeCode): Promise<boolean> {
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.oneTimeCodes)
        .values(code)
        .orIgnore()
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
    // Drivers tell in different ways whether a row was passed over; the row itself says it.
    const found = await this.find(code.purpose, code.subject);
    return found?.codeHash === code.codeHash;
  }

  private async update(
    build: (query: UpdateQueryBuilder<OneTimeCode>) => UpdateQueryBuilder<OneTimeCode>,
  ): Promise<number> {
    const result = await this.database.execute((manager) =>
      build(
        manager.createQueryBuilder().update(this.database.entities.oneTimeCodes).updateEntity(false),
      ).execute(),
    );
    return result.affected ?? 0;
  }
}
