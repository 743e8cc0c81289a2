import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, randomId, type Clock } from '../common';
import { ContextStorage } from '../context';
import type { AuditEvent, AuditEventStatus, AuditEventType } from './audit-event';
import { AUDIT_OPTIONS, type ResolvedAuditOptions } from './audit.options';
import { AUDIT_REPOSITORY, type AuditRepository } from './audit.repository';

export interface AuditEntry {
  status: AuditEventStatus;
  userId?: string | null;
  sessionId?: string | null;
  authMethod?: string | null;
  reason?: string | null;
}

/** Writes the trail. Who, from where and when come from the request in hand. */
@Injectable()
export class AuthAuditService {
  private readonly logger = new Logger(AuthAuditService.name);

  constructor(
    @Inject(AUDIT_REPOSITORY) private readonly events: AuditRepository,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(AUDIT_OPTIONS) private readonly options: ResolvedAuditOptions,
  ) {}

  /** Records a change, as part of the unit of work that makes it: both are kept, or neither. */
  async record(type: AuditEventType, entry: AuditEntry): Promise<void> {
    if (this.options.enabled) await this.events.insert(this.toEvent(type, entry));
  }

  /**
   * Records a refusal, outside of any unit (R130). A trail that cannot be written is logged and does not change the
   * answer.
   */
  async recordRefusal(type: AuditEventType, entry: AuditEntry): Promise<void> {
    try {
      await this.record(type, entry);
    } catch (error) {
      this.logger.error(
        `The audit event ${type} could not be written.`,
        error instanceof Error ? error.stack : '',
      );
    }
  }

  private toEvent(type: AuditEventType, entry: AuditEntry): AuditEvent {
    const client = this.context.current()?.client;
    return {
      id: randomId(),
      type,
      status: entry.status,
      at: new Date(this.clock.now()),
      userId: entry.userId ?? null,
      sessionId: entry.sessionId ?? null,
      authMethod: entry.authMethod ?? null,
      reason: entry.reason ?? null,
      ipAddress: client?.ipAddress ?? null,
      userAgent: client?.userAgent ?? null,
      requestId: client?.requestId ?? null,
    };
  }
}
