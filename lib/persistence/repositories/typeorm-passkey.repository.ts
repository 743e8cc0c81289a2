import { createHash } from 'node:crypto';
import type { Passkey, PasskeyRepository, PasskeyUse } from '../../mfa';
import type { Database } from '../database';
import { UniqueViolationError } from '../database-error';
import type { PasskeyRow } from '../entities';
import { isKnownId, requireCriterion } from './require-criterion';

export class TypeormPasskeyRepository implements PasskeyRepository {
  constructor(private readonly database: Database) {}

  async insert(passkey: Passkey): Promise<boolean> {
    const row: PasskeyRow = { ...passkey, credentialDigest: digestOf(passkey.credentialId) };
    try {
      await this.database.execute((manager) =>
        manager
          .createQueryBuilder()
          .insert()
          .into(this.database.entities.passkeys)
          .values({ ...row })
          .updateEntity(false)
          .callListeners(false)
          .execute(),
      );
      return true;
    } catch (error) {
      if (error instanceof UniqueViolationError) return false;
      throw error;
    }
  }

  async findAll(userId: string): Promise<Passkey[]> {
    if (!isKnownId('user id', userId)) return [];
    const rows = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.passkeys, 'passkey')
        .where('passkey.userId = :userId', { userId })
        .orderBy('passkey.createdAt', 'ASC')
        .addOrderBy('passkey.deviceId', 'ASC')
        .getMany(),
    );
    return rows.map(toPasskey);
  }

  async findByCredentialId(credentialId: string): Promise<Passkey | null> {
    requireCriterion('credential id', credentialId);
    const row = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.passkeys, 'passkey')
        .where('passkey.credentialDigest = :digest', { digest: digestOf(credentialId) })
        .getOne(),
    );
    return row && row.credentialId === credentialId ? toPasskey(row) : null;
  }

  async recordUse(deviceId: string, { counter, backedUp }: PasskeyUse): Promise<boolean> {
    if (!isKnownId('factor id', deviceId)) return false;
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.passkeys)
        .set({ counter, backedUp })
        .where('device_id = :deviceId', { deviceId })
        .andWhere('(counter < :given OR (counter = 0 AND :given = 0))', { given: counter })
        .updateEntity(false)
        .execute(),
    );
    return result.affected === 1;
  }

  async handleOf(userId: string): Promise<string | null> {
    if (!isKnownId('user id', userId)) return null;
    const row = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.passkeyHandles, 'handle')
        .where('handle.userId = :userId', { userId })
        .getOne(),
    );
    return row?.handle ?? null;
  }

  async keepHandle(userId: string, handle: string): Promise<string> {
    requireCriterion('user handle', handle);
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.passkeyHandles)
        .values({ userId, handle })
        .orIgnore()
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
    return (await this.handleOf(userId)) ?? handle;
  }
}

function digestOf(credentialId: string): string {
  return createHash('sha256').update(credentialId).digest('base64url');
}

/** The JSON column holds what `insert` wrote. */
function toPasskey({ credentialDigest: _, ...row }: PasskeyRow): Passkey {
  return { ...row, transports: Object.values(row.transports) };
}
