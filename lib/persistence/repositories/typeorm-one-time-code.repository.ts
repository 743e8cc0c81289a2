import type { UpdateQueryBuilder } from 'typeorm';
import type { CodePurpose, OneTimeCode, OneTimeCodeRepository, ProvedCode } from '../../verification';
import type { Database } from '../database';
import { isKnownId, requireCriterion } from './require-criterion';

const AT_PLACE = 'purpose = :purpose AND subject = :subject';
const LIVE = 'used_at IS NULL AND expires_at > :at';
const SAME_LIFE = `${LIVE} AND target = :target`;

export class TypeormOneTimeCodeRepository implements OneTimeCodeRepository {
  constructor(private readonly database: Database) {}

  async replace(code: OneTimeCode, cutoff: Date, keepsLife: boolean): Promise<boolean> {
    requireCriterion('code subject', code.subject);
    if (keepsLife) await this.endExhausted(code, cutoff);
    if (await this.overwrite(code, cutoff, keepsLife)) return true;
    if (await this.insertIfAbsent(code)) return true;
    // Another first code came in between. It is one to be replaced now: for another address it always gives way.
    return this.overwrite(code, cutoff, keepsLife);
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
      // Expired ones too: an instance whose clock is behind would take them (R151).
      query.set({ usedAt: at }).where('user_id = :userId AND used_at IS NULL', { userId });
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

  /**
   * A code without tries left has none to hand down. A statement of its own: one that reads both the old count and the old
   * end cannot set both, because MySQL reads what it has just assigned.
   */
  private async endExhausted(
    { purpose, subject, target, sentAt: at }: OneTimeCode,
    cutoff: Date,
  ): Promise<void> {
    await this.update((query) =>
      query
        .set({ usedAt: at })
        .where(`${AT_PLACE} AND ${SAME_LIFE} AND sent_at <= :cutoff AND attempts >= max_attempts`, {
          purpose,
          subject,
          target,
          at,
          cutoff,
        }),
    );
  }

  /** True when there was one that may be replaced. */
  private async overwrite(code: OneTimeCode, cutoff: Date, keepsLife: boolean): Promise<boolean> {
    const { purpose, subject, target, sentAt: at } = code;
    const affected = await this.update((query) =>
      query
        // MySQL assigns from left to right and reads what it has assigned: what depends on old values comes first.
        .set({
          ...(keepsLife
            ? {
                attempts: () => `CASE WHEN ${SAME_LIFE} THEN attempts ELSE 0 END`,
                expiresAt: () => `CASE WHEN ${SAME_LIFE} THEN expires_at ELSE :expiresAt END`,
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
        .where(`${AT_PLACE} AND NOT (${SAME_LIFE} AND sent_at > :cutoff)`, {
          purpose,
          subject,
          target,
          at,
          cutoff,
        })
        .setParameter('expiresAt', code.expiresAt),
    );
    return affected === 1;
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
