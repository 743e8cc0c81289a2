import { auditEventStatuses, auditEventTypes } from '../audit';
import { AuditHistoryDTO, AuditPageDTO } from '../auth';
import type { AuditEventStatus, AuditEventType } from '../contracts';
import { IsOneOrMoreOf, IsOpaqueText, OptionalField } from '../validation';

/** Query of GET /admin/audit/history. */
export class AdminAuditHistoryDTO extends AuditHistoryDTO {
  @IsOpaqueText(128)
  sub!: string;

  /** Added to `eventTypes`: some clients have this name for it. */
  @OptionalField()
  @IsOneOrMoreOf(auditEventTypes)
  eventType?: AuditEventType | AuditEventType[];
}

/** Query of GET /admin/audit/events. */
export class AdminAuditEventsDTO extends AuditPageDTO {
  @IsOneOrMoreOf(auditEventTypes)
  eventType!: AuditEventType | AuditEventType[];

  @OptionalField()
  @IsOneOrMoreOf(auditEventStatuses)
  eventStatus?: AuditEventStatus | AuditEventStatus[];
}

/** Query of GET /admin/audit/suspicious. */
export class AdminSuspiciousActivityDTO extends AuditPageDTO {
  @OptionalField()
  @IsOpaqueText(128)
  sub?: string;
}
