import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { CurrentIdentity } from '../../context';
import type { AuditHistoryEntry, AuditHistoryResponse } from '../../contracts';
import { validateDto } from '../../validation';
import { AuditHistoryDTO } from '../dto';
import { toAuditEntry } from './audit-entry';
import { toAuditQuery } from './audit-query';

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
    const page = await this.audit.getUserAuthHistory(user.sub, toAuditQuery(dto));
    return { ...page, data: page.data.map(toAuditEntry).map(forOwner) };
  }
}

/** Where an administrator or a colleague sits is none of the user's business. */
function forOwner(entry: AuditHistoryEntry): AuditHistoryEntry {
  if (entry.performedBy === null) return entry;
  return {
    ...entry,
    ipAddress: null,
    ipCountry: null,
    ipCity: null,
    userAgent: null,
    deviceId: null,
    deviceType: null,
    platform: null,
    browser: null,
    requestId: null,
  };
}
