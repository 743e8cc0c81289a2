import { HttpException } from '@nestjs/common';
import type { ErrorDetails, ErrorResponse, NAuthErrorCode } from '../contracts';
import { errorMessage } from './error-message';
import { errorStatus } from './error-status';

export interface NAuthExceptionOptions {
  message?: string;
  details?: ErrorDetails;
  /** Whole seconds; sent as `Retry-After` and as `details.retryAfter`. Default with status 429 and 503: 1. */
  retryAfter?: number;
  /** Kept for the log, never sent. */
  cause?: unknown;
}

/** Statuses that always say when to come back (wire contract, section Errors). */
const TEMPORARY: readonly number[] = [429, 503];

/**
 * The one exception of the toolkit: a code of the wire contract with its fixed HTTP status. It extends Nest's
 * HttpException, so that filters of the host treat it as such, and it builds its own body (`toBody`).
 */
export class NAuthException extends HttpException {
  readonly code: NAuthErrorCode;
  readonly details: ErrorDetails | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: NAuthErrorCode, options: NAuthExceptionOptions = {}) {
    const message = options.message ?? errorMessage[code];
    const statusCode = errorStatus[code];
    const retryAfter = options.retryAfter ?? (TEMPORARY.includes(statusCode) ? 1 : undefined);
    const details = retryAfter === undefined ? options.details : { ...options.details, retryAfter };
    super({ code, message, statusCode, ...(details && { details }) }, statusCode, { cause: options.cause });
    this.name = 'NAuthException';
    this.code = code;
    this.message = message;
    this.details = details;
    this.retryAfter = retryAfter;
  }

  /** The body of the answer (wire contract, section Errors). */
  toBody(timestamp: Date): ErrorResponse {
    return {
      code: this.code,
      message: this.message,
      statusCode: this.getStatus(),
      timestamp: timestamp.toISOString(),
      ...(this.details && { details: this.details }),
    };
  }
}
