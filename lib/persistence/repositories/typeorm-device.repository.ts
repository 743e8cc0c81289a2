import type { SelectQueryBuilder } from 'typeorm';
import type { Device, DeviceKind, DeviceRepository, DeviceSighting, KnownClientQuery } from '../../devices';
import type { Database } from '../database';
import { logText } from './log-text';
import { isKnownId, requireCriterion } from './require-criterion';

/** Devices over the limit that one call removes; there is one more at each sign-in. */
const MAX_REMOVED = 100;

export class TypeormDeviceRepository implements DeviceRepository {
  constructor(private readonly database: Database) {}

  async insert(device: Device): Promise<void> {
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.devices)
        .values({ ...device, ...asText(device) })
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }

  async find(userId: string, tokenDigests: string[], since: Date): Promise<Device | null> {
    if (!isKnownId('user id', userId)) return null;
    for (const digest of tokenDigests) requireCriterion('token digest', digest);
    if (tokenDigests.length === 0) return null;
    return this.select((query) =>
      query
        .where('device.userId = :userId AND device.tokenDigest IN (:...tokenDigests)', {
          userId,
          tokenDigests,
        })
        .andWhere('device.lastSeenAt > :since', { since })
        .getOne(),
    );
  }

  async hasLike(userId: string, sighting: DeviceKind, since: Date): Promise<boolean> {
    if (!isKnownId('user id', userId)) return false;
    const { type, network } = sighting;
    const { browser, os } = asText(sighting);
    return this.select((query) => {
      query
        .where('device.userId = :userId AND device.network = :network', { userId, network })
        .andWhere('device.type = :type AND device.lastSeenAt > :since', { type, since });
      for (const [name, value] of Object.entries({ browser, os })) {
        if (value === null) query.andWhere(`device.${name} IS NULL`);
        else query.andWhere(`device.${name} = :${name}`, { [name]: value });
      }
      return query.getExists();
    });
  }

  async touch(id: string, userId: string, sighting: DeviceSighting): Promise<boolean> {
    if (!isKnownId('device id', id) || !isKnownId('user id', userId)) return false;
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.devices)
        .set({ ...sighting, ...asText(sighting) })
        .where('id = :id AND user_id = :userId', { id, userId })
        .updateEntity(false)
        .execute(),
    );
    return result.affected === 1;
  }

  async remove(id: string, userId: string): Promise<boolean> {
    if (!isKnownId('device id', id) || !isKnownId('user id', userId)) return false;
    return (await this.delete('id = :id AND user_id = :userId', { id, userId })) === 1;
  }

  async removeAll(userId: string): Promise<number> {
    if (!isKnownId('user id', userId)) return 0;
    return this.delete('user_id = :userId', { userId });
  }

  async endTrust(userId: string): Promise<number> {
    if (!isKnownId('user id', userId)) return 0;
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.devices)
        .set({ trustedUntil: null })
        .where('user_id = :userId AND trusted_until IS NOT NULL', { userId })
        .updateEntity(false)
        .execute(),
    );
    return result.affected ?? 0;
  }

  async endTrustIn(id: string, userId: string, at: Date): Promise<boolean> {
    if (!isKnownId('device id', id) || !isKnownId('user id', userId)) return false;
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.devices)
        .set({ trustedUntil: null })
        .where('id = :id AND user_id = :userId AND trusted_until > :at', { id, userId, at })
        .updateEntity(false)
        .execute(),
    );
    return result.affected === 1;
  }

  async trust(
    id: string,
    userId: string,
    trust: { tokenDigest: string; trustedUntil: Date },
  ): Promise<boolean> {
    if (!isKnownId('device id', id) || !isKnownId('user id', userId)) return false;
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.devices)
        .set(trust)
        .where('id = :id AND user_id = :userId', { id, userId })
        .updateEntity(false)
        .execute(),
    );
    return result.affected === 1;
  }

  async findTrusted(userId: string, at: Date): Promise<Device[]> {
    if (!isKnownId('user id', userId)) return [];
    return this.select((query) =>
      query
        .where('device.userId = :userId AND device.trustedUntil > :at', { userId, at })
        .orderBy('device.lastSeenAt', 'DESC')
        .addOrderBy('device.id', 'DESC')
        .getMany(),
    );
  }

  async removeOldest(userId: string, keep: number): Promise<number> {
    if (!isKnownId('user id', userId)) return 0;
    const rows = await this.select((query) =>
      query
        .select('device.id')
        .where('device.userId = :userId', { userId })
        .orderBy('device.lastSeenAt', 'DESC')
        .addOrderBy('device.createdAt', 'DESC')
        .addOrderBy('device.id', 'DESC')
        .offset(keep)
        .limit(MAX_REMOVED)
        .getMany(),
    );
    return this.deleteByIds(rows);
  }

  async removeUnseen(at: Date, limit: number): Promise<number> {
    const rows = await this.select((query) =>
      query
        .select('device.id')
        .where('device.lastSeenAt <= :at', { at })
        .orderBy('device.lastSeenAt', 'ASC')
        .limit(limit)
        .getMany(),
    );
    return this.deleteByIds(rows);
  }

  async findKnown(query: KnownClientQuery): Promise<{ deviceId: string } | 'network' | undefined> {
    const { userId, tokenDigests, network } = query;
    if (!isKnownId('user id', userId) || (tokenDigests.length === 0 && !network)) return undefined;
    const [devices, sessions] = [this.database.tableName('devices'), this.database.tableName('sessions')];
    const { users } = this.database.entities;
    const byToken =
      tokenDigests.length === 0
        ? 'NULL'
        : `(SELECT id FROM ${devices} WHERE user_id = :userId AND token_digest IN (:...tokenDigests) ` +
          'AND last_seen_at > :deviceSince LIMIT 1)';
    const fromNetwork = (table: string, time: string): string =>
      `EXISTS (SELECT 1 FROM ${table} WHERE user_id = :userId AND network = :network AND ${time} > :networkSince)`;
    const byNetwork = network
      ? `CASE WHEN ${fromNetwork(devices, 'last_seen_at')} OR ${fromNetwork(sessions, 'created_at')} THEN 1 ELSE 0 END`
      : '0';
    const found = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(users, 'user')
        .select(byToken, 'device')
        .addSelect(byNetwork, 'network')
        .where('user.id = :userId')
        .setParameters({ ...query })
        .getRawOne<{ device: string | null; network: number | string }>(),
    );
    if (found?.device) return { deviceId: found.device };
    return Number(found?.network ?? 0) === 1 ? 'network' : undefined;
  }

  private select<T>(read: (query: SelectQueryBuilder<Device>) => Promise<T>): Promise<T> {
    const { devices } = this.database.entities;
    return this.database.execute((manager) => read(manager.createQueryBuilder(devices, 'device')));
  }

  private async deleteByIds(rows: Pick<Device, 'id'>[]): Promise<number> {
    // In one order everywhere, so that two that remove the same rows wait for each other and do not cross.
    const ids = rows.map(({ id }) => id).sort();
    return ids.length === 0 ? 0 : this.delete('id IN (:...ids)', { ids });
  }

  private async delete(where: string, parameters: Record<string, string | string[]>): Promise<number> {
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .delete()
        .from(this.database.entities.devices)
        .where(where, parameters)
        .execute(),
    );
    return result.affected ?? 0;
  }
}

function asText({ browser, os }: Pick<Device, 'browser' | 'os'>): Pick<Device, 'browser' | 'os'> {
  return { browser: logText(browser, 64), os: logText(os, 64) };
}
