import type { MfaDevice } from '../../mfa';
import type { Database } from '../database';
import { isKnownId, requireCriterion } from './require-criterion';

/** The rows of second factors. How many an account has is counted elsewhere. */
export class TypeormMfaDevices {
  constructor(private readonly database: Database) {}

  async findAll(userId: string): Promise<MfaDevice[]> {
    if (!isKnownId('user id', userId)) return [];
    return this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.mfaDevices, 'device')
        .where('device.userId = :userId AND device.isActive = :active', { userId, active: true })
        .orderBy('device.createdAt', 'ASC')
        .addOrderBy('device.id', 'ASC')
        .getMany(),
    );
  }

  async find(id: string, userId: string): Promise<MfaDevice | null> {
    if (!isKnownId('factor id', id) || !isKnownId('user id', userId)) return null;
    return this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.mfaDevices, 'device')
        .where('device.id = :id AND device.userId = :userId', { id, userId })
        .getOne(),
    );
  }

  async findOwner(id: string): Promise<string | null> {
    if (!isKnownId('factor id', id)) return null;
    const device = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.mfaDevices, 'device')
        .select(['device.id', 'device.userId'])
        .where('device.id = :id', { id })
        .getOne(),
    );
    return device?.userId ?? null;
  }

  async rename(id: string, userId: string, name: string): Promise<boolean> {
    return this.change(id, userId, { name });
  }

  async prefer(id: string, userId: string, at: Date): Promise<boolean> {
    return this.change(id, userId, { preferredAt: at });
  }

  async markUsed(id: string, userId: string, at: Date): Promise<boolean> {
    return this.change(id, userId, { lastUsedAt: at });
  }

  async retarget(
    id: string,
    userId: string,
    from: string,
    to: Pick<MfaDevice, 'target' | 'name'>,
  ): Promise<boolean> {
    if (!isKnownId('factor id', id) || !isKnownId('user id', userId)) return false;
    requireCriterion('address of a factor', from);
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.mfaDevices)
        .set(to)
        .where('id = :id AND user_id = :userId AND target = :from', { id, userId, from })
        .updateEntity(false)
        .execute(),
    );
    return result.affected === 1;
  }

  async replaceSecret(id: string, userId: string, from: string, to: string): Promise<boolean> {
    if (!isKnownId('factor id', id) || !isKnownId('user id', userId)) return false;
    requireCriterion('sealed seed', from);
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.mfaDevices)
        .set({ secret: to })
        .where('id = :id AND user_id = :userId AND secret = :from', { id, userId, from })
        .updateEntity(false)
        .execute(),
    );
    return result.affected === 1;
  }

  /** @param ifFree false, with nothing stored, where the slot is taken; otherwise that is an error */
  async insert(device: MfaDevice, ifFree: boolean): Promise<boolean> {
    await this.database.execute((manager) => {
      const { mfaDevices } = this.database.entities;
      const query = manager.createQueryBuilder().insert().into(mfaDevices).values(device);
      return (ifFree ? query.orIgnore() : query).updateEntity(false).callListeners(false).execute();
    });
    return (await this.find(device.id, device.userId)) !== null;
  }

  async delete(where: string, parameters: Record<string, string>): Promise<number> {
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .delete()
        .from(this.database.entities.mfaDevices)
        .where(where, parameters)
        .execute(),
    );
    return result.affected ?? 0;
  }

  private async change(
    id: string,
    userId: string,
    values: Partial<Pick<MfaDevice, 'name' | 'preferredAt' | 'lastUsedAt'>>,
  ): Promise<boolean> {
    if (!isKnownId('factor id', id) || !isKnownId('user id', userId)) return false;
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.mfaDevices)
        .set(values)
        .where('id = :id AND user_id = :userId', { id, userId })
        .updateEntity(false)
        .execute(),
    );
    // A server that counts changed rows does not count one that had these values already.
    return result.affected === 1 || (await this.find(id, userId)) !== null;
  }
}
