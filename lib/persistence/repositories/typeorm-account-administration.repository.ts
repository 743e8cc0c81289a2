import type { EntityManager, EntitySchema, ObjectLiteral } from 'typeorm';
import type { DeletedRecords } from '../../contracts';
import type { AccountAdministration } from '../../users';
import type { Database } from '../database';
import { isKnownId } from './require-criterion';

export class TypeormAccountAdministration implements AccountAdministration {
  constructor(private readonly database: Database) {}

  async setActive(id: string, isActive: boolean, at: Date): Promise<boolean> {
    if (!isKnownId('user id', id)) return false;
    const { affected } = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.users)
        .set({
          isActive,
          updatedAt: at,
          ...(!isActive && { securityVersion: () => 'security_version + 1' }),
        })
        .where('id = :id AND is_active = :was', { id, was: !isActive })
        .updateEntity(false)
        .execute(),
    );
    return affected === 1;
  }

  async delete(id: string): Promise<DeletedRecords | undefined> {
    if (!isKnownId('user id', id)) return undefined;
    const { users, sessions, oneTimeCodes, mfaDevices, devices, challengeSessions } = this.database.entities;
    return this.database.execute(async (manager) => {
      const records = {
        sessions: await count(manager, sessions, id),
        verificationTokens: await count(manager, oneTimeCodes, id),
        mfaDevices: await count(manager, mfaDevices, id),
        trustedDevices: await count(manager, devices, id, 'trusted_until IS NOT NULL'),
        challengeSessions: await count(manager, challengeSessions, id),
      };
      // Foreign keys take along what belongs to the account.
      const { affected } = await manager
        .createQueryBuilder()
        .delete()
        .from(users)
        .where('id = :id', { id })
        .execute();
      return affected === 1 ? records : undefined;
    });
  }
}

function count<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntitySchema<Row>,
  userId: string,
  condition = '1 = 1',
): Promise<number> {
  return manager
    .createQueryBuilder(entity, 'record')
    .where(`user_id = :userId AND ${condition}`, { userId })
    .getCount();
}
