import { type EntityManager, IsNull, type SelectQueryBuilder } from 'typeorm';
import type { AuditChain, AuditChainRepository, ChainLink, Erasure, StoredAuditEvent } from '../../audit';
import type { Database } from '../database';
import { UniqueViolationError } from '../database-error';
import type { AuditEventRow } from '../entities';
import { mapAuditEvent } from './map-audit-event';
import { isKnownId, requireCriterion } from './require-criterion';

/** Events that one statement gives their places. */
const LINKS_IN_STATEMENT = 100;

export class TypeormAuditChainRepository implements AuditChainRepository {
  constructor(private readonly database: Database) {}

  findUnsealed(limit: number, except: readonly string[]): Promise<StoredAuditEvent[]> {
    return this.read((query) => {
      query.where('event.sequence IS NULL').orderBy('event.at', 'ASC').addOrderBy('event.id', 'ASC');
      return (
        except.length === 0 ? query : query.andWhere('event.tenant NOT IN (:...except)', { except })
      ).limit(limit);
    });
  }

  async setAside(ids: readonly string[], sequence: number): Promise<void> {
    if (ids.length === 0) return;
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.auditEvents)
        .set({ sequence })
        .where('id IN (:...ids) AND sequence IS NULL', { ids })
        .updateEntity(false)
        .execute(),
    );
  }

  async findChain(tenant: string): Promise<AuditChain | null> {
    requireCriterion('tenant', tenant);
    return this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.auditChains, 'chain')
        .where('chain.tenant = :tenant', { tenant })
        .getOne(),
    );
  }

  async insertChain(chain: AuditChain): Promise<void> {
    try {
      await this.database.execute((manager) =>
        manager
          .createQueryBuilder()
          .insert()
          .into(this.database.entities.auditChains)
          .values(chain)
          .updateEntity(false)
          .callListeners(false)
          .execute(),
      );
    } catch (error) {
      // Another instance was first.
      if (!(error instanceof UniqueViolationError)) throw error;
    }
  }

  async replaceChain(chain: AuditChain, previousMac: string): Promise<boolean> {
    const { tenant, ...next } = chain;
    requireCriterion('tenant', tenant);
    requireCriterion('mac', previousMac);
    const result = await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.auditChains)
        .set(next)
        .where('tenant = :tenant AND mac = :previousMac', { tenant, previousMac })
        .updateEntity(false)
        .execute(),
    );
    return result.affected === 1;
  }

  async link(links: readonly ChainLink[]): Promise<number> {
    let linked = 0;
    for (let start = 0; start < links.length; start += LINKS_IN_STATEMENT) {
      const some = links.slice(start, start + LINKS_IN_STATEMENT);
      linked += await this.database.execute((manager) => this.linkSome(manager, some));
    }
    return linked;
  }

  async tenants(): Promise<string[]> {
    const { auditEvents, auditChains } = this.database.entities;
    const chains = await this.database.execute((manager) =>
      manager.createQueryBuilder(auditChains, 'chain').select('chain.tenant').getMany(),
    );
    const found = new Set(chains.map(({ tenant }) => tenant));
    // One look at the index for each tenant, instead of one at each event.
    let last = '';
    for (;;) {
      const after = last;
      const row = await this.database.execute((manager) =>
        manager
          .createQueryBuilder(auditEvents, 'event')
          .select('MIN(event.tenant)', 'tenant')
          .where('event.tenant > :after', { after })
          .getRawOne<{ tenant: string | null }>(),
      );
      if (!row?.tenant) return [...found].sort();
      last = row.tenant;
      found.add(last);
    }
  }

  readChain(
    tenant: string,
    after: number,
    afterId: string | undefined,
    limit: number,
  ): Promise<StoredAuditEvent[]> {
    requireCriterion('tenant', tenant);
    return this.read((query) => {
      query.where('event.tenant = :tenant', { tenant });
      if (afterId === undefined) query.andWhere('event.sequence > :after', { after });
      else
        query
          .andWhere('event.sequence >= :after AND (event.sequence > :after OR event.id > :afterId)')
          .setParameters({ after, afterId });
      return query.orderBy('event.sequence', 'ASC').addOrderBy('event.id', 'ASC').limit(limit);
    });
  }

  readOutside(
    tenant: string,
    sequence: number | null,
    afterId: string | undefined,
    limit: number,
  ): Promise<StoredAuditEvent[]> {
    requireCriterion('tenant', tenant);
    return this.read((query) => {
      query.where({ tenant, sequence: sequence === null ? IsNull() : sequence });
      if (afterId !== undefined) query.andWhere('event.id > :afterId', { afterId });
      return query.orderBy('event.id', 'ASC').limit(limit);
    });
  }

  async hasUnprotected(tenant: string): Promise<boolean> {
    return (await this.readOutside(tenant, 0, undefined, 1)).length > 0;
  }

  async removeUpTo(tenant: string, sequence: number): Promise<void> {
    requireCriterion('tenant', tenant);
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .delete()
        .from(this.database.entities.auditEvents)
        .where('tenant = :tenant AND sequence BETWEEN 1 AND :sequence', { tenant, sequence })
        .execute(),
    );
  }

  async removeOutside(before: Date, limit: number): Promise<number> {
    const { auditEvents } = this.database.entities;
    return this.database.execute(async (manager) => {
      const rows = await manager
        .createQueryBuilder(auditEvents, 'event')
        .select('event.id')
        .where('event.sequence IN (0, -1) AND event.at < :before', { before })
        .limit(limit)
        .getMany();
      const ids = rows.map(({ id }) => id).sort();
      if (ids.length === 0) return 0;
      await manager
        .createQueryBuilder()
        .delete()
        .from(auditEvents)
        .where('id IN (:...ids)', { ids })
        .execute();
      return ids.length;
    });
  }

  async findOfPerson(userId: string, limit: number): Promise<StoredAuditEvent[]> {
    if (!isKnownId('user id', userId)) return [];
    const about = await this.read((query) =>
      query.where('event.userId = :userId', { userId }).orderBy('event.at', 'ASC').limit(limit),
    );
    if (about.length === limit) return about;
    const by = await this.read((query) =>
      query
        .where('event.performedBy = :userId', { userId })
        .orderBy('event.performedBy', 'ASC')
        .limit(limit - about.length),
    );
    const known = new Set(about.map(({ id }) => id));
    return [...about, ...by.filter(({ id }) => !known.has(id))];
  }

  async erase({ id, ...left }: Erasure): Promise<void> {
    if (!isKnownId('event id', id)) return;
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(this.database.entities.auditEvents)
        .set({ ...left, piiSalt: null })
        .where('id = :id', { id })
        .updateEntity(false)
        .execute(),
    );
  }

  private async read(
    build: (query: SelectQueryBuilder<AuditEventRow>) => SelectQueryBuilder<AuditEventRow>,
  ): Promise<StoredAuditEvent[]> {
    const rows = await this.database.execute((manager) =>
      build(manager.createQueryBuilder(this.database.entities.auditEvents, 'event')).getMany(),
    );
    return rows.map(mapAuditEvent);
  }

  /** One statement for many rows, each with a place of its own. */
  private async linkSome(manager: EntityManager, links: readonly ChainLink[]): Promise<number> {
    // Whole numbers stand in the text: PostgreSQL would take a parameter here for text.
    if (!links.every(({ sequence }) => Number.isSafeInteger(sequence)))
      throw new TypeError('sequence must be a whole number');
    const choose = (value: (link: ChainLink, index: number) => string): string =>
      `CASE id ${links.map((link, index) => `WHEN :id${index} THEN ${value(link, index)}`).join(' ')} END`;
    const parameters: Record<string, unknown> = { ids: links.map(({ id }) => id) };
    links.forEach(({ id, chainHash }, index) => {
      parameters[`id${index}`] = id;
      parameters[`hash${index}`] = chainHash;
    });
    const result = await manager
      .createQueryBuilder()
      .update(this.database.entities.auditEvents)
      .set({
        sequence: () => choose(({ sequence }) => String(sequence)),
        chainHash: () => choose((_, index) => `:hash${index}`),
      })
      .where('id IN (:...ids) AND sequence IS NULL', parameters)
      .updateEntity(false)
      .execute();
    return result.affected ?? 0;
  }
}
