import type { PasswordReplacement, PasswordRepository } from '../../password';
import type { Database } from '../database';
import { isKnownId, requireCriterion } from './require-criterion';

export class TypeormPasswordRepository implements PasswordRepository {
  constructor(private readonly database: Database) {}

  async recentHashes(userId: string, previous: number): Promise<string[]> {
    if (!isKnownId('user id', userId)) return [];
    const present = await this.presentHash(userId);
    if (present === undefined || previous === 0) return present === undefined ? [] : [present];
    const rows = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.passwordHistory, 'history')
        .where('history.userId = :userId', { userId })
        .orderBy('history.sequence', 'DESC')
        .limit(previous)
        .getMany(),
    );
    return [present, ...rows.map(({ passwordHash }) => passwordHash)];
  }

  async upgradeHash(userId: string, from: string, to: string): Promise<boolean> {
    if (!isKnownId('user id', userId)) return false;
    requireCriterion('password hash', from);
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.passwordCredentials)
        .set({ passwordHash: to })
        .where('user_id = :userId AND password_hash = :from', { userId, from })
        .updateEntity(false)
        .execute(),
    );
    return result.affected === 1;
  }

  async replace(replacement: PasswordReplacement): Promise<boolean> {
    const { userId, at, keep } = replacement;
    if (!isKnownId('user id', userId)) return false;
    return this.database.run(async () => {
      // Holds the account's row until the end of the unit, so that what follows is nobody else's at the same time.
      if (!(await this.raiseSecurityVersion(replacement))) return false;
      const present = await this.presentHash(userId);
      if (present !== undefined && keep > 0) await this.remember(userId, present, at);
      await this.forgetAllBut(userId, keep);
      await (present === undefined ? this.insert(replacement) : this.update(replacement));
      return true;
    });
  }

  async setChangeRequired(userId: string, at: Date | null): Promise<boolean> {
    if (!isKnownId('user id', userId)) return false;
    return this.database.run(async () => {
      if ((await this.presentHash(userId)) === undefined) return false;
      await this.database.execute((manager) =>
        manager
          .createQueryBuilder()
          .update(this.database.entities.passwordCredentials)
          .set({ changeRequiredAt: at })
          .where('user_id = :userId', { userId })
          .updateEntity(false)
          .execute(),
      );
      return true;
    });
  }

  async forgetRecovery(userId: string): Promise<void> {
    if (!isKnownId('user id', userId)) return;
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.passwordCredentials)
        .set({ recoveredBy: null })
        .where('user_id = :userId', { userId })
        .updateEntity(false)
        .execute(),
    );
  }

  private async presentHash(userId: string): Promise<string | undefined> {
    const row = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.passwordCredentials, 'credential')
        .addSelect('credential.passwordHash')
        .where('credential.userId = :userId', { userId })
        .getOne(),
    );
    return row?.passwordHash;
  }

  private async raiseSecurityVersion({ userId, securityVersion, at }: PasswordReplacement): Promise<boolean> {
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.users)
        .set({ securityVersion: () => 'security_version + 1', updatedAt: at })
        .where('id = :userId AND security_version = :securityVersion', { userId, securityVersion })
        .updateEntity(false)
        .execute(),
    );
    return result.affected === 1;
  }

  private async remember(userId: string, passwordHash: string, at: Date): Promise<void> {
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.passwordHistory)
        .values({ userId, passwordHash, replacedAt: at })
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }

  private async forgetAllBut(userId: string, keep: number): Promise<void> {
    await this.database.execute(async (manager) => {
      const { passwordHistory } = this.database.entities;
      const newestToGo = await manager
        .createQueryBuilder(passwordHistory, 'history')
        .where('history.userId = :userId', { userId })
        .orderBy('history.sequence', 'DESC')
        .offset(keep)
        .limit(1)
        .getOne();
      if (!newestToGo) return;
      await manager
        .createQueryBuilder()
        .delete()
        .from(passwordHistory)
        .where('user_id = :userId AND sequence <= :sequence', { userId, sequence: newestToGo.sequence })
        .execute();
    });
  }

  private async insert(replacement: PasswordReplacement): Promise<void> {
    const { userId, at } = replacement;
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.passwordCredentials)
        .values({ userId, createdAt: at, ...columnsOf(replacement) })
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }

  private async update(replacement: PasswordReplacement): Promise<void> {
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.passwordCredentials)
        .set(columnsOf(replacement))
        .where('user_id = :userId', { userId: replacement.userId })
        .updateEntity(false)
        .execute(),
    );
  }
}

function columnsOf({ passwordHash, at, changeRequired, recoveredBy }: PasswordReplacement) {
  return { passwordHash, changedAt: at, changeRequiredAt: changeRequired ? at : null, recoveredBy };
}
