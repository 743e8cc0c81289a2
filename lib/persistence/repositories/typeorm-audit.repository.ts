import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import {
  type AuditFilter,
  type AuditRepository,
  type AuditSlice,
  AuditTrailError,
  canonicalJson,
  type StoredAuditEvent,
} from '../../audit';
import { NAuthException } from '../../errors';
import type { Database } from '../database';
import { DatabaseError } from '../database-error';
import type { AuditEventRow } from '../entities';
import { mapAuditEvent } from './map-audit-event';
import { isKnownId, requireCriterion } from './require-criterion';

/** Codes that say that a table cannot grow, while the rest of the database may be well. */
const FULL = new Set(['53100', 'ER_DISK_FULL', 'ER_RECORD_FILE_FULL', 'SQLITE_FULL']);

export class TypeormAuditRepository implements AuditRepository {
  constructor(private readonly database: Database) {}

  async insert(event: StoredAuditEvent): Promise<void> {
    const row: AuditEventRow = { ...event, details: event.details && canonicalJson(event.details) };
    try {
      await this.database.execute((manager) =>
        manager
          .createQueryBuilder()
          .insert()
          .into(this.database.entities.auditEvents)
          .values(row)
          .updateEntity(false)
          .callListeners(false)
          .execute(),
      );
    } catch (error) {
      throw isOfTheTrail(error) ? new AuditTrailError(error) : error;
    }
  }

  async find(filter: AuditFilter, offset: number, limit: number, countLimit: number): Promise<AuditSlice> {
    if (filter.userId !== undefined && !isKnownId('user id', filter.userId)) return { events: [], total: 0 };
    if (filter.tenant !== undefined) requireCriterion('tenant', filter.tenant);
    if (filter.types?.length === 0 || filter.statuses?.length === 0) return { events: [], total: 0 };
    return this.database.execute(async (manager) => {
      const total = await this.count(manager, filter, countLimit);
      if (total <= offset || limit === 0) return { events: [], total };
      const rows = await this.matching(manager, filter)
        .orderBy('event.at', 'DESC')
        .addOrderBy('event.id', 'DESC')
        .offset(offset)
        .limit(limit)
        .getMany();
      return { events: rows.map(mapAuditEvent), total };
    });
  }

  /** Ends at the limit: a table of many millions of rows is not counted for one page. */
  private async count(manager: EntityManager, filter: AuditFilter, limit: number): Promise<number> {
    const counted = this.matching(manager, filter).select('event.id', 'id').limit(limit);
    const row = await manager
      .createQueryBuilder()
      .select('COUNT(*)', 'total')
      .from(`(${counted.getQuery()})`, 'counted')
      .setParameters(counted.getParameters())
      .getRawOne<{ total: number | string }>();
    return Number(row?.total ?? 0);
  }

  private matching(manager: EntityManager, filter: AuditFilter): SelectQueryBuilder<AuditEventRow> {
    const { userId, tenant, types, statuses, from, to } = filter;
    const query = manager.createQueryBuilder(this.database.entities.auditEvents, 'event').where('1 = 1');
    if (userId !== undefined) query.andWhere('event.userId = :userId', { userId });
    if (tenant !== undefined) query.andWhere('event.tenant = :tenant', { tenant });
    if (types) query.andWhere('event.type IN (:...types)', { types });
    if (statuses) query.andWhere('event.status IN (:...statuses)', { statuses });
    if (from) query.andWhere('event.at >= :from', { from });
    if (to) query.andWhere('event.at <= :to', { to });
    return query;
  }
}

/** A refused row, a missing or full table; not a database that is down or slow, and not a conflict. */
function isOfTheTrail(error: unknown): boolean {
  const cause = error instanceof NAuthException ? error.cause : error;
  if (!(cause instanceof DatabaseError)) return false;
  return cause.kind === 'other' || cause.kind === 'unique' || FULL.has(cause.driverCode);
}
