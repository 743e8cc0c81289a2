import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService, type AuditPage } from '../audit';
import { listOf, toAuditEntry, toAuditQuery } from '../auth';
import type { AdminAuditResponse } from '../contracts';
import { validateDto } from '../validation';
import { AdminAuditEventsDTO, AdminAuditHistoryDTO, AdminSuspiciousActivityDTO } from './audit.dto';

/** The trail as an administrator reads it. Users that are gone have events, too. */
@Injectable()
export class AdminAudit {
  constructor(@Inject(AuthAuditService) private readonly audit: AuthAuditService) {}

  /** @throws {NAuthException} VALIDATION_FAILED, SERVICE_UNAVAILABLE */
  async history(query: unknown): Promise<AdminAuditResponse> {
    const { sub, eventType, eventTypes, ...dto } = validateDto(AdminAuditHistoryDTO, query);
    const types = [...(listOf(eventTypes) ?? []), ...(listOf(eventType) ?? [])];
    const asked = toAuditQuery({ ...dto, eventTypes: types.length > 0 ? types : undefined });
    return toAnswer(await this.audit.getUserAuthHistory(sub, asked));
  }

  /** @throws {NAuthException} VALIDATION_FAILED, SERVICE_UNAVAILABLE */
  async events(query: unknown): Promise<AdminAuditResponse> {
    const { eventType, ...dto } = validateDto(AdminAuditEventsDTO, query);
    return toAnswer(await this.audit.getEventsByType(eventType, toAuditQuery(dto)));
  }

  /** @throws {NAuthException} VALIDATION_FAILED, SERVICE_UNAVAILABLE */
  async suspicious(query: unknown): Promise<AdminAuditResponse> {
    const { sub, ...dto } = validateDto(AdminSuspiciousActivityDTO, query);
    return toAnswer(await this.audit.getSuspiciousActivity({ ...toAuditQuery(dto), userId: sub }));
  }
}

function toAnswer(page: AuditPage): AdminAuditResponse {
  return { ...page, data: page.data.map((event) => ({ ...toAuditEntry(event), sub: event.userId })) };
}
