import type { UpdateQueryBuilder } from 'typeorm';
import type { ChallengeRepository, ChallengeSession, StoredSignIn } from '../../challenges';
import type { Database } from '../database';
import type { ChallengeSessionRow } from '../entities';
import { isKnownId, requireCriterion } from './require-criterion';

const OPEN = 'completed_at IS NULL AND expires_at > :at';

export class TypeormChallengeRepository implements ChallengeRepository {
  constructor(private readonly database: Database) {}

  async insert(challenge: ChallengeSession): Promise<void> {
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.challengeSessions)
        .values({ ...challenge })
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }

  async findByTokenHash(tokenHash: string): Promise<ChallengeSession | null> {
    requireCriterion('challenge token hash', tokenHash);
    const row = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.challengeSessions, 'challenge')
        .where('challenge.tokenHash = :tokenHash', { tokenHash })
        .getOne(),
    );
    return row && row.tokenHash === tokenHash ? mapChallenge(row) : null;
  }

  async countAttempt(id: string, at: Date): Promise<boolean> {
    if (!isKnownId('challenge id', id)) return false;
    const affected = await this.update((query) =>
      query
        .set({ attempts: () => 'attempts + 1' })
        .where(`id = :id AND attempts < max_attempts AND ${OPEN}`, { id, at }),
    );
    return affected === 1;
  }

  async giveAttemptBack(id: string): Promise<void> {
    if (!isKnownId('challenge id', id)) return;
    await this.update((query) =>
      query.set({ attempts: () => 'attempts - 1' }).where('id = :id AND attempts > 0', { id }),
    );
  }

  async complete(id: string, at: Date): Promise<boolean> {
    if (!isKnownId('challenge id', id)) return false;
    const affected = await this.update((query) =>
      query.set({ completedAt: at }).where(`id = :id AND ${OPEN}`, { id, at }),
    );
    return affected === 1;
  }

  async updateState(id: string, state: ChallengeSession['state'], at: Date): Promise<boolean> {
    if (!isKnownId('challenge id', id)) return false;
    const affected = await this.update((query) =>
      query.set({ state }).where(`id = :id AND ${OPEN}`, { id, at }),
    );
    return affected === 1;
  }

  async voidAll(userId: string, at: Date): Promise<number> {
    if (!isKnownId('user id', userId)) return 0;
    // Expired ones too: an instance whose clock is behind would take them (R151).
    return this.update((query) =>
      query.set({ completedAt: at }).where('user_id = :userId AND completed_at IS NULL', { userId }),
    );
  }

  async voidOldest(userId: string, keep: number, at: Date): Promise<number> {
    if (!isKnownId('user id', userId)) return 0;
    if (!Number.isSafeInteger(keep) || keep < 0)
      throw new TypeError('keep must be a whole number, 0 or more');
    const table = this.database.tableName('challenge_sessions');
    // The second level makes MySQL read the list before it changes the table, and allows LIMIT there.
    const kept =
      `SELECT id FROM (SELECT id FROM ${table} WHERE user_id = :userId AND ${OPEN} ` +
      `ORDER BY created_at DESC, id DESC LIMIT ${keep}) newest`;
    return this.update((query) =>
      query
        .set({ completedAt: at })
        .where(`user_id = :userId AND ${OPEN} AND id NOT IN (${kept})`, { userId, at }),
    );
  }

  async deleteExpired(before: Date, limit: number): Promise<number> {
    const { challengeSessions } = this.database.entities;
    return this.database.execute(async (manager) => {
      const rows = await manager
        .createQueryBuilder(challengeSessions, 'challenge')
        .select('challenge.id')
        .where('challenge.expiresAt <= :before', { before })
        .orderBy('challenge.expiresAt', 'ASC')
        .limit(limit)
        .getMany();
      const ids = rows.map(({ id }) => id).sort();
      if (ids.length === 0) return 0;
      await manager
        .createQueryBuilder()
        .delete()
        .from(challengeSessions)
        .where('id IN (:...ids)', { ids })
        .execute();
      return ids.length;
    });
  }

  private async update(
    build: (query: UpdateQueryBuilder<ChallengeSessionRow>) => UpdateQueryBuilder<ChallengeSessionRow>,
  ): Promise<number> {
    const result = await this.database.execute((manager) =>
      build(
        manager.createQueryBuilder().update(this.database.entities.challengeSessions).updateEntity(false),
      ).execute(),
    );
    return result.affected ?? 0;
  }
}

/** The JSON columns hold what `insert` and `updateState` wrote. */
function mapChallenge(row: ChallengeSessionRow): ChallengeSession {
  return { ...row, signIn: row.signIn as StoredSignIn, state: { ...row.state } };
}
