import { IsIn, ValidateIf } from 'class-validator';
import { auditEventStatuses, auditEventTypes, MAX_PAGE_LIMIT, MAX_TOTAL } from '../../audit';
import type { AuditEventStatus, AuditEventType, TimeCriterion } from '../../contracts';
import {
  IsMoment,
  IsOneOrMoreOf,
  IsTimeCriterion,
  IsWholeNumber,
  OptionalField,
  timeOperators,
} from '../../validation';

/** Query of GET /audit/history. Numbers may be text, and lists one value, as in any query. */
export class AuditHistoryDTO {
  @OptionalField()
  @IsWholeNumber(1, MAX_TOTAL)
  page?: number | string;

  @OptionalField()
  @IsWholeNumber(1, MAX_PAGE_LIMIT)
  limit?: number | string;

  @OptionalField()
  @IsOneOrMoreOf(auditEventTypes)
  eventTypes?: AuditEventType | AuditEventType[];

  @OptionalField()
  @IsOneOrMoreOf(auditEventStatuses)
  eventStatus?: AuditEventStatus | AuditEventStatus[];

  @OptionalField()
  @IsMoment()
  startDate?: string;

  @OptionalField()
  @IsMoment()
  endDate?: string;

  /** As parsers give it that nest keys of a query. */
  @OptionalField()
  @IsTimeCriterion()
  createdAt?: TimeCriterion;

  /** As all others give it. Neither comes without the other. */
  @ValidateIf(hasFlatCriterion)
  @IsIn(timeOperators)
  'createdAt[operator]'?: TimeCriterion['operator'];

  @ValidateIf(hasFlatCriterion)
  @IsMoment()
  'createdAt[value]'?: string;
}

function hasFlatCriterion(dto: AuditHistoryDTO): boolean {
  return dto['createdAt[operator]'] !== undefined || dto['createdAt[value]'] !== undefined;
}
