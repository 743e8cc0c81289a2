import { Inject, Injectable, Logger } from '@nestjs/common';
import { RepeatUnitError, UNIT_OF_WORK, type UnitOfWork } from '../common';
import { NAuthException } from '../errors';
import { AUDIT_ALARM, type AuditAlarm } from './audit-alarm';
import type { AuditEvent } from './audit-event';
import { AUDIT_OPTIONS, type ResolvedAuditOptions } from './audit.options';
import { AUDIT_REPOSITORY, AuditTrailError, type AuditRepository } from './audit.repository';
import { AuditSealer } from './audit-sealer.service';
import { AuditSigner } from './audit-signer';

/** How long a trail that refused an event is left alone before it is tried again. */
const BROKEN_MS = 5000;

/**
 * Writes events, and decides what happens when the trail cannot be written although the database answers (R130). By
 * default authentication goes on: the event goes to the log, the failure is counted, and the hook `auditFailed` called. With
 * `mustAudit` nothing happens that the trail does not know: the answer is SERVICE_UNAVAILABLE.
 *
 * An event of a change is part of the unit that makes the change, and a unit in which a statement failed cannot be
 * kept. So the unit runs again, and this time leaves the trail alone.
 */
@Injectable()
export class AuditWriter {
  private readonly logger = new Logger('AuthAuditService');
  private brokenUntil = -Infinity;
  private failures = 0;

  constructor(
    @Inject(AUDIT_REPOSITORY) private readonly events: AuditRepository,
    @Inject(AuditSigner) private readonly signer: AuditSigner,
    @Inject(AuditSealer) private readonly sealer: AuditSealer,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AUDIT_OPTIONS) private readonly options: ResolvedAuditOptions,
    @Inject(AUDIT_ALARM) private readonly alarm: AuditAlarm,
  ) {}

  /** Events that were not written since the start of the process. */
  get failureCount(): number {
    return this.failures;
  }

  /** @throws {NAuthException} SERVICE_UNAVAILABLE when the database is down; with `mustAudit`, when the trail is */
  async write(event: AuditEvent): Promise<void> {
    if (performance.now() < this.brokenUntil) {
      this.unitOfWork.afterCommit(() => this.lose(event));
      return;
    }
    try {
      await this.events.insert(this.signer.sign(event));
    } catch (error) {
      if (!(error instanceof AuditTrailError)) throw error;
      this.standDown(event, error);
      return;
    }
    this.unitOfWork.afterCommit(() => this.sealer.wake());
  }

  /** Tells the log and the hook `auditFailed` of an event that no trail has. */
  lose(event: AuditEvent): void {
    this.logger.error(`Audit event not written: ${this.line(event)}`);
    this.raise(event, false);
  }

  private standDown(event: AuditEvent, error: AuditTrailError): void {
    const cause = error.cause instanceof Error ? error.cause.message : String(error.cause);
    if (this.options.mustAudit) {
      this.logger.error(`The audit trail cannot be written; refused as mustAudit demands. ${cause}`);
      this.raise(event, true);
      throw new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 5, cause: error });
    }
    this.logger.error(`The audit trail cannot be written; going on without it for a moment. ${cause}`);
    this.brokenUntil = performance.now() + BROKEN_MS;
    if (this.unitOfWork.isRunning) throw new RepeatUnitError(error);
    this.lose(event);
  }

  private raise({ type: eventType }: AuditEvent, failedClosed: boolean): void {
    this.failures += 1;
    this.alarm.auditFailed({ eventType, failedClosed });
  }

  /** The event as one line of JSON; with redaction, without what tells where the request came from. */
  private line(event: AuditEvent): string {
    const { id, tenant, type, status, at, userId, sessionId, performedBy, authMethod, reason, details } =
      event;
    const redacted = {
      id,
      tenant,
      type,
      status,
      at,
      userId,
      sessionId,
      performedBy,
      authMethod,
      reason,
      details,
    };
    return JSON.stringify(this.options.redactLog ? redacted : event);
  }
}
