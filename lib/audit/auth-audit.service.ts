import { Inject, Injectable } from '@nestjs/common';
import type { AuditEventType } from '../contracts';
import { AuditEraser } from './audit-eraser.service';
import type { AuditEntry } from './audit-event.factory';
import { DEFAULT_TENANT } from './audit-event.factory';
import { AuditHistory, type AuditPage, type AuditQuery } from './audit-history.service';
import { AuditRecorder } from './audit-recorder.service';
import type { AuditAnchor, AuditVerification, AuditVerifyOptions } from './audit-verification';
import { AuditVerifier } from './audit-verifier.service';
import { AuditWriter } from './audit-writer.service';

/**
 * The audit trail: writing, reading and checking it. Who may read what is for the application to decide; what a user may
 * see of themselves is `AuthService.getUserAuthHistory`.
 */
@Injectable()
export class AuthAuditService {
  constructor(
    @Inject(AuditRecorder) private readonly recorder: AuditRecorder,
    @Inject(AuditWriter) private readonly writer: AuditWriter,
    @Inject(AuditHistory) private readonly history: AuditHistory,
    @Inject(AuditVerifier) private readonly verifier: AuditVerifier,
    @Inject(AuditEraser) private readonly eraser: AuditEraser,
  ) {}

  /** Events that could not be written since the start of the process; each was told to the log and to the hook `auditFailed`. */
  get failureCount(): number {
    return this.writer.failureCount;
  }

  /**
   * Records a change, as part of the unit of work that makes it: both are kept, or neither. Address, user agent and
   * request id are those of the request in hand. An event holds no secret and no personal data of its own (R127).
   *
   * @throws {NAuthException} SERVICE_UNAVAILABLE when the database is down or, with `auditLogs.mustAudit`, the trail is
   */
  record(type: AuditEventType, entry: AuditEntry): Promise<void> {
    return this.recorder.record(type, entry);
  }

  /**
   * Records a refusal, outside of any unit, so that it is not undone with one (R130). A trail that cannot be written
   * does not change the answer.
   *
   * @throws {NAuthException} SERVICE_UNAVAILABLE with `auditLogs.mustAudit` only
   */
  recordRefusal(type: AuditEventType, entry: AuditEntry): Promise<void> {
    return this.recorder.recordRefusal(type, entry);
  }

  /**
   * The events about a user, newest first.
   *
   * @param userId `sub` of the user
   * @throws {NAuthException} SERVICE_UNAVAILABLE
   */
  async getUserAuthHistory(userId: string, query: AuditQuery = {}): Promise<AuditPage> {
    // Without a user the question would be for the events of everybody (R146).
    if (typeof userId !== 'string' || userId === '') throw new TypeError('userId must be a non-empty string');
    return this.history.find(query, { userId });
  }

  /**
   * The events of one type, or of several, newest first.
   *
   * @throws {NAuthException} SERVICE_UNAVAILABLE
   */
  getEventsByType(
    eventType: AuditEventType | readonly AuditEventType[],
    query: Omit<AuditQuery, 'eventTypes'> = {},
  ): Promise<AuditPage> {
    return this.history.find(query, { types: typeof eventType === 'string' ? [eventType] : eventType });
  }

  /**
   * What nobody does by mistake: events of status SUSPICIOUS, newest first.
   *
   * @throws {NAuthException} SERVICE_UNAVAILABLE
   */
  getSuspiciousActivity({
    userId,
    ...query
  }: Omit<AuditQuery, 'eventStatus'> & { userId?: string } = {}): Promise<AuditPage> {
    return this.history.find(query, { userId, statuses: ['SUSPICIOUS'] });
  }

  /**
   * Checks the whole trail and names the first row that is not as it was written, or the place of one that is gone.
   * Reads in batches; nothing has to stand still for it.
   *
   * @throws {NAuthException} SERVICE_UNAVAILABLE
   */
  verify(options: AuditVerifyOptions = {}): Promise<AuditVerification> {
    return this.verifier.verify(options);
  }

  /**
   * The newest place of a chain, to be kept where the database cannot reach and given to `verify` later: it shows that
   * the trail was set back as a whole. Null before the first event.
   *
   * @throws {NAuthException} SERVICE_UNAVAILABLE
   */
  getChainHead(tenant: string = DEFAULT_TENANT): Promise<AuditAnchor | null> {
    return this.verifier.head(tenant);
  }

  /**
   * Takes a person out of the trail: their id becomes a pseudonym that nobody without the key can make, addresses and
   * user agents are emptied, and the chain still verifies (R131). To be called after the account is gone, and again if
   * it fails half-way.
   *
   * @returns the number of events that named the person
   * @throws {NAuthException} SERVICE_UNAVAILABLE
   */
  pseudonymise(userId: string): Promise<number> {
    return this.eraser.erase(userId);
  }
}
