import { AsyncLocalStorage } from 'node:async_hooks';
import { HttpException, Inject, Injectable } from '@nestjs/common';
import { UNIT_OF_WORK, UNKNOWN_NETWORK, type UnitOfWork } from '../common';
import { ContextStorage } from '../context';
import type { AuditEventType } from '../contracts';
import { NAuthException } from '../errors';
import { AuditEventFactory, type AuditEntry } from './audit-event.factory';
import { AuditWriter } from './audit-writer.service';
import { AUDIT_OPTIONS, type ResolvedAuditOptions } from './audit.options';
import { RefusalLimiter } from './refusal-limiter';

/** Says whether something that was refused has been recorded. */
interface RefusalScope {
  recorded: boolean;
}

/** Refused for a limit: the limit itself records one event for each of its windows (R030). */
const LIMITED = new Set([423, 429]);

/** Records changes and refusals. For the toolkit's own parts; applications have `AuthAuditService`. */
@Injectable()
export class AuditRecorder {
  private readonly limiter = new RefusalLimiter();
  private readonly scopes = new AsyncLocalStorage<RefusalScope>();

  constructor(
    @Inject(AuditEventFactory) private readonly factory: AuditEventFactory,
    @Inject(AuditWriter) private readonly writer: AuditWriter,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(AUDIT_OPTIONS) private readonly options: ResolvedAuditOptions,
  ) {}

  /** Lets go of what is kept for asynchronous work; see `ContextStorage.close`. */
  close(): void {
    this.scopes.disable();
  }

  /** See `AuthAuditService.record`. */
  async record(type: AuditEventType, entry: AuditEntry): Promise<void> {
    if (this.options.enabled) await this.writer.write(await this.factory.create(type, entry));
  }

  /** See `AuthAuditService.recordRefusal`. */
  async recordRefusal(type: AuditEventType, entry: AuditEntry): Promise<void> {
    this.markRecorded();
    if (!this.options.enabled) return;
    const event = await this.factory.create(type, entry);
    try {
      await this.writer.write(event);
    } catch (error) {
      if (this.options.mustAudit || this.unitOfWork.isRunning) throw error;
      this.writer.lose(event);
    }
  }

  /**
   * Records a refusal that costs its sender nothing, once a minute for each kind and network, with the number of those
   * that were held back. `subject` stands for the network where the refused party is known.
   */
  async recordLimited(type: AuditEventType, entry: AuditEntry, subject?: string): Promise<void> {
    this.markRecorded();
    if (!this.options.enabled) return;
    const party = subject ?? this.context.current()?.client?.network ?? UNKNOWN_NETWORK;
    const suppressed = this.limiter.admit(`${type} ${entry.reason ?? ''} ${party}`);
    if (suppressed === undefined) return;
    const details = suppressed > 0 ? { ...entry.details, suppressed } : entry.details;
    await this.recordRefusal(type, { ...entry, details });
  }

  /** As `recordLimited`, for code that cannot wait. The refusal stands, whatever becomes of its event. */
  note(type: AuditEventType, entry: AuditEntry): void {
    this.recordLimited(type, entry).catch(() => undefined);
  }

  /**
   * Runs `work`; a refusal that it throws is in the trail then, under `type`: as `work` itself recorded it, or by its
   * code. Not: a missing credential, which is asked for and not refused; what a limit refuses; and the credentials of
   * the request, which the pipeline has recorded.
   */
  async watch<T>(type: AuditEventType, work: () => Promise<T>): Promise<T> {
    // No event of a unit of work has to wait for it then, holding a connection.
    await this.context.current()?.client?.geo();
    const scope: RefusalScope = { recorded: false };
    try {
      return await this.scopes.run(scope, work);
    } catch (error) {
      const reason = scope.recorded ? undefined : this.reasonOf(error);
      if (reason !== undefined) await this.recordLimited(type, { status: 'FAILURE', ...this.who(), reason });
      throw error;
    }
  }

  private markRecorded(): void {
    const scope = this.scopes.getStore();
    if (scope) scope.recorded = true;
  }

  private reasonOf(error: unknown): string | undefined {
    if (!(error instanceof HttpException)) return undefined;
    const status = error.getStatus();
    if (status >= 500 || LIMITED.has(status)) return undefined;
    const identity = this.context.current()?.identity;
    if (identity?.status === 'rejected' && identity.error === error) return undefined;
    if (!(error instanceof NAuthException)) return `http_${status}`;
    return error.code === 'AUTH_TOKEN_MISSING' ? undefined : error.code.toLowerCase();
  }

  private who(): Pick<AuditEntry, 'userId' | 'sessionId'> {
    const identity = this.context.current()?.identity;
    if (identity?.status !== 'authenticated') return {};
    const { userId, sessionId } = identity.session;
    return { userId, sessionId };
  }
}
