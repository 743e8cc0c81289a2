import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService, type AuditEvent, type AuditQuery } from '../../audit';
import { CurrentIdentity } from '../../context';
import type { AuditHistoryEntry, AuditHistoryResponse, TimeCriterion } from '../../contracts';
import { readMoment, validateDto } from '../../validation';
import { AuditHistoryDTO } from '../dto';

type Period = Pick<AuditQuery, 'startDate' | 'endDate'>;

/** What the trail has of the signed-in user. */
@Injectable()
export class AuditHistoryUseCase {
  constructor(
    @Inject(CurrentIdentity) private readonly identity: CurrentIdentity,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
  ) {}

  /** @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async execute(query: unknown): Promise<AuditHistoryResponse> {
    const dto = validateDto(AuditHistoryDTO, query);
    const { user } = this.identity.require();
    const page = await this.audit.getUserAuthHistory(user.sub, {
      page: numberOf(dto.page),
      limit: numberOf(dto.limit),
      eventTypes: listOf(dto.eventTypes),
      eventStatus: listOf(dto.eventStatus),
      ...periodOf(dto),
    });
    return { ...page, data: page.data.map(toEntry) };
  }
}

function numberOf(value: number | string | undefined): number | undefined {
  return typeof value === 'string' ? Number(value) : value;
}

function listOf<T extends string>(value: T | T[] | undefined): T[] | undefined {
  return typeof value === 'string' ? [value] : value;
}

/** The time in which every criterion holds. */
function periodOf(dto: AuditHistoryDTO): Period {
  const { 'createdAt[operator]': operator, 'createdAt[value]': value } = dto;
  const periods: Period[] = [
    { startDate: readMoment(dto.startDate)?.first, endDate: readMoment(dto.endDate)?.last },
  ];
  if (dto.createdAt) periods.push(comparison(dto.createdAt));
  if (operator !== undefined && value !== undefined) periods.push(comparison({ operator, value }));
  const starts = periods.flatMap(({ startDate }) => startDate?.getTime() ?? []);
  const ends = periods.flatMap(({ endDate }) => endDate?.getTime() ?? []);
  return {
    startDate: starts.length > 0 ? new Date(Math.max(...starts)) : undefined,
    endDate: ends.length > 0 ? new Date(Math.min(...ends)) : undefined,
  };
}

/** Times of events are whole milliseconds, so the one beside a moment is the next that there is. */
function comparison({ operator, value }: TimeCriterion): Period {
  const moment = readMoment(value);
  if (!moment) return {};
  switch (operator) {
    case 'gt':
      return { startDate: new Date(moment.last.getTime() + 1) };
    case 'gte':
      return { startDate: moment.first };
    case 'lt':
      return { endDate: new Date(moment.first.getTime() - 1) };
    case 'lte':
      return { endDate: moment.last };
    case 'eq':
      return { startDate: moment.first, endDate: moment.last };
  }
}

function toEntry(event: AuditEvent): AuditHistoryEntry {
  const { id, type, status, at, sessionId, authMethod, reason, details, performedBy } = event;
  return {
    id,
    eventType: type,
    eventStatus: status,
    createdAt: at.toISOString(),
    sessionId,
    authMethod,
    reason,
    details,
    performedBy,
    ...clientOf(event),
  };
}

/** Where an administrator or a colleague sits is none of the user's business. */
function clientOf(event: AuditEvent) {
  const own = event.performedBy === null ? event : undefined;
  return {
    ipAddress: own?.ipAddress ?? null,
    ipCountry: own?.ipCountry ?? null,
    ipCity: own?.ipCity ?? null,
    userAgent: own?.userAgent ?? null,
    deviceId: own?.deviceId ?? null,
    deviceType: own?.deviceType ?? null,
    platform: own?.platform ?? null,
    browser: own?.browser ?? null,
    requestId: own?.requestId ?? null,
  };
}
