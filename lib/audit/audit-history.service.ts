import { Inject, Injectable } from '@nestjs/common';
import type { AuditEventStatus, AuditEventType } from '../contracts';
import type { AuditEvent } from './audit-event';
import { AUDIT_REPOSITORY, type AuditFilter, type AuditRepository } from './audit.repository';

/** Which events, and which page of them. */
export interface AuditQuery {
  /** From 1. Default 1. */
  page?: number;
  /** Events of one page, at most 500. Default 50. */
  limit?: number;
  eventTypes?: readonly AuditEventType[];
  eventStatus?: readonly AuditEventStatus[];
  /** Inclusive. */
  startDate?: Date;
  /** Inclusive. */
  endDate?: Date;
  /** Default: all. */
  tenant?: string;
}

/** A page of events, newest first. */
export interface AuditPage {
  data: AuditEvent[];
  /** Events that fit, counted up to 10 000: no page lies behind that, narrow the search instead. */
  total: number;
  page: number;
  limit: number;
  totalPages: number;
}

export const MAX_PAGE_LIMIT = 500;
export const DEFAULT_PAGE_LIMIT = 50;
/** Counting and skipping cost the database work for each event, so both end here. */
export const MAX_TOTAL = 10_000;

/** Reads pages of the trail. */
@Injectable()
export class AuditHistory {
  constructor(@Inject(AUDIT_REPOSITORY) private readonly repository: AuditRepository) {}

  async find(query: AuditQuery, fixed: Partial<AuditFilter>): Promise<AuditPage> {
    const page = atLeastOne(query.page, 1);
    const limit = Math.min(atLeastOne(query.limit, DEFAULT_PAGE_LIMIT), MAX_PAGE_LIMIT);
    const filter: AuditFilter = {
      tenant: query.tenant,
      types: query.eventTypes,
      statuses: query.eventStatus,
      from: query.startDate,
      to: query.endDate,
      ...fixed,
    };
    const offset = (page - 1) * limit;
    const shown = Math.max(0, Math.min(limit, MAX_TOTAL - offset));
    const { events, total } = await this.repository.find(filter, offset, shown, MAX_TOTAL);
    return { data: events, total, page, limit, totalPages: Math.ceil(total / limit) };
  }
}

function atLeastOne(value: number | undefined, fallback: number): number {
  return value === undefined || !Number.isFinite(value) ? fallback : Math.max(1, Math.trunc(value));
}
