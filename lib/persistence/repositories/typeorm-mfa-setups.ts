import type { MfaMethodName } from '../../contracts';
import type { PendingFactor } from '../../mfa';
import type { Database } from '../database';
import { isKnownId, requireCriterion } from './require-criterion';

/** The rows of factors that are being set up. */
export class TypeormMfaSetups {
  constructor(private readonly database: Database) {}

  /** A row of the same session and method is written over; of two first ones at the same time one stands. */
  async put(pending: PendingFactor): Promise<void> {
    requireCriterion('set-up binding', pending.binding);
    // One statement: on MariaDB an update that finds no row keeps others from inserting beside it.
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.mfaSetups)
        .values(pending)
        .orUpdate(['id', 'user_id', 'secret', 'target', 'created_at', 'expires_at'], ['binding', 'type'])
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }

  async find(userId: string, binding: string, type: MfaMethodName, at: Date): Promise<PendingFactor | null> {
    if (!isKnownId('user id', userId)) return null;
    requireCriterion('set-up binding', binding);
    return this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.mfaSetups, 'setup')
        .where('setup.binding = :binding AND setup.type = :type', { binding, type })
        .andWhere('setup.userId = :userId AND setup.expiresAt > :at', { userId, at })
        .getOne(),
    );
  }

  async take(id: string, userId: string, at: Date): Promise<boolean> {
    if (!isKnownId('set-up id', id) || !isKnownId('user id', userId)) return false;
    const { mfaSetups } = this.database.entities;
    const found = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(mfaSetups, 'setup')
        .where('setup.id = :id AND setup.userId = :userId', { id, userId })
        .getOne(),
    );
    if (!found) return false;
    const { binding, type } = found;
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .delete()
        .from(mfaSetups)
        // By its key, so that MariaDB locks this row and none of those that it would look through.
        .where('binding = :binding AND type = :type', { binding, type })
        .andWhere('id = :id AND user_id = :userId AND expires_at > :at', { id, userId, at })
        .execute(),
    );
    return result.affected === 1;
  }

  async deleteExpired(before: Date, limit: number): Promise<number> {
    const { mfaSetups } = this.database.entities;
    return this.database.execute(async (manager) => {
      const rows = await manager
        .createQueryBuilder(mfaSetups, 'setup')
        .where('setup.expiresAt <= :before', { before })
        .orderBy('setup.expiresAt', 'ASC')
        .limit(limit)
        .getMany();
      const ids = rows.map(({ id }) => id).sort();
      if (ids.length === 0) return 0;
      await manager.createQueryBuilder().delete().from(mfaSetups).where('id IN (:...ids)', { ids }).execute();
      return ids.length;
    });
  }
}
