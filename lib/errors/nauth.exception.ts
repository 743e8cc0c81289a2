import { HttpException } from '@nestjs/common';
import type { ErrorDetails, ErrorResponse, NAuthErrorCode } from '../contracts';
import { errorMessage } from './error-message';
import { errorStatus } from './error-status';

export interface NAuthExceptionOptions {
  message?: string;
  details?: ErrorDetails;
  /** Whole seconds; sent as `Retry-After` and as `details.retryAfter`. */
  retryAfter?: number;
  /** Kept for the log, never sent. */
  cause?: unknown;
}

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
    const details =
      options.retryAfter === undefined
        ? options.details
        : { ...options.details, retryAfter: options.retryAfter };
    super({ code, message, statusCode, ...(details && { details }) }, statusCode, { cause: options.cause });
    this.name = 'NAuthException';
    this.code = code;
    this.message = message;
    this.details = details;
    this.retryAfter = options.retryAfter;
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
