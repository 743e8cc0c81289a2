import { NAuthException } from '../errors';
import type { CodeOrder } from './code-sender.service';

/** A code was asked for too soon after the last one; says with which order, for whoever records the refusal. */
export class ResendTooSoonException extends NAuthException {
  constructor(
    readonly order: CodeOrder,
    waitMs: number,
  ) {
    super('RATE_LIMIT_RESEND', { retryAfter: Math.ceil(waitMs / 1000) });
  }
}
