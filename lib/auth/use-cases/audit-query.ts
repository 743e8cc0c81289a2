import type { AuditQuery } from '../../audit';
import type { TimeCriterion } from '../../contracts';
import { readMoment } from '../../validation';
import type { AuditHistoryDTO, AuditPageDTO } from '../dto';

type Period = Pick<AuditQuery, 'startDate' | 'endDate'>;
type Criteria = Pick<AuditHistoryDTO, 'eventTypes' | 'eventStatus'>;

/** What a checked query of a request asks the trail for. */
export function toAuditQuery(dto: AuditPageDTO & Criteria): AuditQuery {
  return {
    page: numberOf(dto.page),
    limit: numberOf(dto.limit),
    eventTypes: listOf(dto.eventTypes),
    eventStatus: listOf(dto.eventStatus),
    ...periodOf(dto),
  };
}

/** One name, or several, as a list. */
export function listOf<T extends string>(value: T | T[] | undefined): T[] | undefined {
  return typeof value === 'string' ? [value] : value;
}

function numberOf(value: number | string | undefined): number | undefined {
  return typeof value === 'string' ? Number(value) : value;
}

/** The time in which every criterion holds. */
function periodOf(dto: AuditPageDTO): Period {
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
