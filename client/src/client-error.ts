import type { ErrorDetails, NAuthErrorCode } from '../../lib/contracts';

/** Codes of the server, and NETWORK_ERROR for a request that got no answer. A newer server may send further ones. */
export type NAuthClientErrorCode = NAuthErrorCode | 'NETWORK_ERROR' | (string & {});

export interface NAuthClientErrorFields {
  code: NAuthClientErrorCode;
  message: string;
  /** 0 when there was no answer. */
  statusCode: number;
  timestamp?: string;
  details?: ErrorDetails;
  retryAfter?: number;
  cause?: unknown;
}

/** A request that the server refused, or whose answer makes no sense (INTERNAL_ERROR). */
export class NAuthClientError extends Error {
  readonly code: NAuthClientErrorCode;
  readonly statusCode: number;
  /** ISO 8601, from the server where it gave one. */
  readonly timestamp: string;
  readonly details: ErrorDetails | undefined;
  /** Whole seconds to wait before another attempt, with 429 and 503. */
  readonly retryAfter: number | undefined;

  constructor(fields: NAuthClientErrorFields) {
    super(fields.message, { cause: fields.cause });
    this.name = 'NAuthClientError';
    this.code = fields.code;
    this.statusCode = fields.statusCode;
    this.timestamp = fields.timestamp ?? new Date().toISOString();
    this.details = fields.details;
    this.retryAfter = fields.retryAfter;
  }
}

/** No answer: offline, refused by CORS, or timed out. Whether the server acted on the request is unknown. */
export class NAuthNetworkError extends NAuthClientError {
  constructor(message: string, cause: unknown) {
    super({ code: 'NETWORK_ERROR', message, statusCode: 0, cause });
    this.name = 'NAuthNetworkError';
  }
}
