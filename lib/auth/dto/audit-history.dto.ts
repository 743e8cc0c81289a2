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

/** A page of events out of a time. Numbers may be text, as in any query. */
export class AuditPageDTO {
  @OptionalField()
  @IsWholeNumber(1, MAX_TOTAL)
  page?: number | string;

  @OptionalField()
  @IsWholeNumber(1, MAX_PAGE_LIMIT)
  limit?: number | string;

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

/** Query of GET /audit/history. A list may be one value. */
export class AuditHistoryDTO extends AuditPageDTO {
  @OptionalField()
  @IsOneOrMoreOf(auditEventTypes)
  eventTypes?: AuditEventType | AuditEventType[];

  @OptionalField()
  @IsOneOrMoreOf(auditEventStatuses)
  eventStatus?: AuditEventStatus | AuditEventStatus[];
}

function hasFlatCriterion(dto: AuditPageDTO): boolean {
  return dto['createdAt[operator]'] !== undefined || dto['createdAt[value]'] !== undefined;
}
