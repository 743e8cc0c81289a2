import type { AuditEvent } from '../../audit';
import type { AuditHistoryEntry } from '../../contracts';

/** An event as answers have it, with where it came from. */
export function toAuditEntry(event: AuditEvent): AuditHistoryEntry {
  return {
    id: event.id,
    eventType: event.type,
    eventStatus: event.status,
    createdAt: event.at.toISOString(),
    sessionId: event.sessionId,
    authMethod: event.authMethod,
    reason: event.reason,
    details: event.details,
    performedBy: event.performedBy,
    ipAddress: event.ipAddress,
    ipCountry: event.ipCountry,
    ipCity: event.ipCity,
    userAgent: event.userAgent,
    deviceId: event.deviceId,
    deviceType: event.deviceType,
    platform: event.platform,
    browser: event.browser,
    requestId: event.requestId,
  };
}
