import { Inject, Injectable } from '@nestjs/common';
import { AuditRecorder } from '../audit';
import { ContextStorage, type RequestState } from '../context';
import type { AuditEventStatus, AuditEventType, NAuthErrorCode } from '../contracts';
import type { NAuthException } from '../errors';

/**
 * What the trail hears of. An access token that has run out is none of it, and neither is a missing one: clients find
 * out by trying.
 */
const RECORDED: Partial<Record<NAuthErrorCode, [AuditEventType, AuditEventStatus]>> = {
  AUTH_CSRF_ORIGIN_REJECTED: ['SUSPICIOUS_ACTIVITY', 'SUSPICIOUS'],
  AUTH_CSRF_TOKEN_MISSING: ['SUSPICIOUS_ACTIVITY', 'SUSPICIOUS'],
  AUTH_CSRF_TOKEN_INVALID: ['SUSPICIOUS_ACTIVITY', 'SUSPICIOUS'],
  AUTH_TOKEN_INVALID: ['SUSPICIOUS_ACTIVITY', 'SUSPICIOUS'],
  AUTH_BEARER_NOT_ALLOWED: ['AUTHORIZATION_DENIED', 'FAILURE'],
  AUTH_COOKIES_NOT_ALLOWED: ['AUTHORIZATION_DENIED', 'FAILURE'],
  AUTH_SESSION_NOT_FOUND: ['AUTHORIZATION_DENIED', 'FAILURE'],
};

/** Records what the pipeline refuses. In nobody's name: whose cookies or tokens these are was not verified. */
@Injectable()
export class RequestRefusals {
  constructor(
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(AuditRecorder) private readonly audit: Pick<AuditRecorder, 'note'>,
  ) {}

  /** Waits for nothing; the refusal stands, whatever becomes of its event. */
  record(state: RequestState, { code }: NAuthException): void {
    const [type, status] = RECORDED[code] ?? [];
    if (!type || !status) return;
    this.context.run(state, () => this.audit.note(type, { status, reason: code.toLowerCase() }));
  }
}
