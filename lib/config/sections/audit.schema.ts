import type { AuditOptions, ResolvedAuditOptions } from '../../audit/audit.options';
import { isCleanText } from '../../common';
import { field, flag, section, wholeNumber } from '../fields';

const DAY_MS = 24 * 3600_000;
const MAX_TENANT = 64;

export const auditSchema = section<AuditOptions>({
  enabled: flag(),
  mustAudit: flag(),
  retentionDays: wholeNumber(1, 36_500),
  truncateIp: flag(),
  tenant: field<string | (() => string)>(
    `a text of 1 to ${MAX_TENANT} characters, or a function that gives one`,
    (value) => typeof value === 'function' || (typeof value === 'string' && isTenant(value)),
  ),
});

export function resolveAudit(options: AuditOptions, redactLog: boolean): ResolvedAuditOptions {
  return {
    enabled: options.enabled ?? true,
    mustAudit: options.mustAudit ?? false,
    retentionMs: options.retentionDays === undefined ? undefined : options.retentionDays * DAY_MS,
    truncateIp: options.truncateIp ?? false,
    tenant: options.tenant ?? 'default',
    redactLog,
  };
}

function isTenant(value: string): boolean {
  return value.length > 0 && value.length <= MAX_TENANT && isCleanText(value);
}
