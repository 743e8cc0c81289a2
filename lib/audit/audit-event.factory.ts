import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, timeOrderedId, toCleanText, type Clock } from '../common';
import { ContextStorage, type ClientInfo } from '../context';
import type { AuditDetails, AuditEventStatus, AuditEventType } from '../contracts';
import type { AuditEvent } from './audit-event';
import { AUDIT_OPTIONS, type ResolvedAuditOptions } from './audit.options';
import { cleanDetails } from './clean-details';
import { truncateAddress } from './truncate-address';

/** What the code that records an event knows of it. Never personal data, never a secret (R127). */
export interface AuditEntry {
  status: AuditEventStatus;
  /** `sub` of the user that the event is about. */
  userId?: string | null;
  /** Default: the session of the request in hand, if it is one of the user; null: none. */
  sessionId?: string | null;
  /** Default: that of the same session. */
  authMethod?: string | null;
  /** A short code, such as 'wrong_password'. */
  reason?: string | null;
  /** Further facts: plain JSON, without personal data. */
  details?: AuditDetails | null;
  /** `sub` of who acted, where that is not the user. */
  performedBy?: string | null;
  /** Default: the device of the session of the request in hand. */
  deviceId?: string | null;
}

export const DEFAULT_TENANT = 'default';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAX_TENANT = 64;

/**
 * Makes events. Who, from where and when come from the request in hand. Every field is cut and cleaned to what its
 * column takes, so that no client can make an event fail, or make two lines of one (R128, R129).
 */
@Injectable()
export class AuditEventFactory {
  private readonly logger = new Logger('AuthAuditService');

  constructor(
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(AUDIT_OPTIONS) private readonly options: ResolvedAuditOptions,
  ) {}

  async create(type: AuditEventType, entry: AuditEntry): Promise<AuditEvent> {
    const state = this.context.current();
    // Asked for once a request, and answered in half a second at most.
    const location = (await state?.client?.geo()) ?? null;
    const identity = state?.identity;
    const acting = identity?.status === 'authenticated' ? identity : undefined;
    const own = acting?.session.userId === entry.userId ? acting : undefined;
    const now = this.clock.now();
    return {
      id: timeOrderedId(now),
      tenant: this.tenant(),
      type,
      status: entry.status,
      at: new Date(now),
      userId: id(entry.userId),
      sessionId: id(entry.sessionId === undefined ? own?.session.sessionId : entry.sessionId),
      performedBy: entry.performedBy === entry.userId ? null : id(entry.performedBy),
      authMethod: ascii(entry.authMethod === undefined ? own?.user.sessionAuthMethod : entry.authMethod, 32),
      reason: text(entry.reason, 255),
      details: entry.details ? cleanDetails(entry.details) : null,
      deviceId: id(entry.deviceId ?? acting?.session.deviceId),
      ipCountry: ascii(location?.country, 8),
      ipCity: text(location?.city, 128),
      ...this.origin(state?.client),
    };
  }

  private origin(client: ClientInfo | undefined) {
    const address = client?.ipAddress ?? null;
    const device = client?.device;
    return {
      ipAddress: ascii(address !== null && this.options.truncateIp ? truncateAddress(address) : address, 64),
      userAgent: text(client?.userAgent, 512),
      deviceType: ascii(device?.type, 16),
      platform: text(withVersion(device?.os, device?.osVersion), 64),
      browser: text(withVersion(device?.browser, device?.browserVersion), 64),
      requestId: text(client?.requestId, 128),
    };
  }

  private tenant(): string {
    const { tenant } = this.options;
    if (typeof tenant === 'string') return tenant;
    try {
      const given: unknown = tenant();
      if (typeof given === 'string' && given !== '') return toCleanText(given, MAX_TENANT);
      this.logger.error("auditLogs.tenant gave no text; the event goes to 'default'.");
    } catch (error) {
      this.logger.error(
        "auditLogs.tenant failed; the event goes to 'default'.",
        error instanceof Error ? error.stack : undefined,
      );
    }
    return DEFAULT_TENANT;
  }
}

/** Ids are the toolkit's own; anything else would be refused by the column. */
function id(value: string | null | undefined): string | null {
  return typeof value === 'string' && UUID.test(value) ? value : null;
}

function withVersion(name: string | null | undefined, version: string | null | undefined): string | null {
  return name ? [name, version].filter(Boolean).join(' ') : null;
}

function text(value: string | null | undefined, max: number): string | null {
  return typeof value === 'string' ? toCleanText(value, max) : null;
}

function ascii(value: string | null | undefined, max: number): string | null {
  return text(value, max)?.replace(/[^\x20-\x7e]/g, '?') ?? null;
}
