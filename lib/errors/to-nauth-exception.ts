import { HttpException } from '@nestjs/common';
import { NAuthException } from './nauth.exception';

/** What body parsers and routers of Express, Fastify and Nest throw: an Error that knows its HTTP status. */
interface HttpLikeError {
  status: number;
  expose: boolean;
}

function httpLike(error: unknown): HttpLikeError | undefined {
  if (error instanceof HttpException) return { status: error.getStatus(), expose: true };
  if (typeof error !== 'object' || error === null) return undefined;
  const status: unknown = Reflect.get(error, 'statusCode') ?? Reflect.get(error, 'status');
  return typeof status === 'number' ? { status, expose: status < 500 } : undefined;
}

/**
 * Any thrown value as a coded exception: ours as it is, refusals of a body parser or router by their status, all else
 * as INTERNAL_ERROR with the original as `cause`. Never throws, and never takes text from a foreign error (R132).
 */
export function toNAuthException(error: unknown): NAuthException {
  if (error instanceof NAuthException) return error;
  const http = httpLike(error);
  if (!http || http.status < 400) return new NAuthException('INTERNAL_ERROR', { cause: error });
  if (http.status === 401) return new NAuthException('AUTH_TOKEN_MISSING', { cause: error });
  if (http.status === 403) return new NAuthException('FORBIDDEN', { cause: error });
  if (http.status === 404 || http.status === 405)
    return new NAuthException('RESOURCE_NOT_FOUND', { cause: error });
  if (http.status === 413 || http.status === 414)
    return new NAuthException('PAYLOAD_TOO_LARGE', { cause: error });
  if (http.status === 415) return new NAuthException('UNSUPPORTED_MEDIA_TYPE', { cause: error });
  if (http.status === 503) return new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1, cause: error });
  if (isInflateError(error)) return new NAuthException('UNSUPPORTED_MEDIA_TYPE', { cause: error });
  if (http.status < 500) return unreadableBody(error);
  return new NAuthException('INTERNAL_ERROR', { cause: error });
}

/** The refusal of a request that no parser could read. */
export function unreadableBody(cause?: unknown): NAuthException {
  return new NAuthException('VALIDATION_FAILED', { message: 'The request could not be read.', cause });
}

/** What zlib throws for a body that is not compressed as its Content-Encoding says; parsers pass it on with a status. */
function isInflateError(error: unknown): boolean {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && /^Z_[A-Z]+_ERROR$/.test(code);
}

/**
 * True for errors that a body parser raises before any route is matched: broken JSON, too large, unknown charset or
 * encoding, missing length. They carry a 4xx status and one of the parsers' own marks.
 */
export function isBodyParserError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const type: unknown = Reflect.get(error, 'type');
  const code: unknown = Reflect.get(error, 'code');
  return (
    (typeof type === 'string' && /^(entity|encoding|charset|request|parameters|stream)\./.test(type)) ||
    (typeof code === 'string' && /^FST_ERR_CTP_/.test(code)) ||
    isInflateError(error) ||
    // A client that went away in the middle of its body, as Fastify reports it.
    (code === 'ECONNRESET' && Reflect.get(error, 'statusCode') === 400)
  );
}
