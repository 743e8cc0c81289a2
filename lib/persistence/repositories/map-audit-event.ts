import type { StoredAuditEvent } from '../../audit';
import type { AuditDetails } from '../../contracts';
import type { AuditEventRow } from '../entities';

export function mapAuditEvent({ details, ...row }: AuditEventRow): StoredAuditEvent {
  return { ...row, details: details === null ? null : readDetails(details) };
}

/** Text that somebody else has put there may be no JSON; its MAC does not fit, and that is what there is to say. */
function readDetails(text: string): AuditDetails {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as AuditDetails;
  } catch {
    // Said below.
  }
  return { unreadable: true };
}
