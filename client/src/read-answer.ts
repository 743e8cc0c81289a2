import type { ErrorDetails } from '../../lib/contracts';
import { NAuthClientError } from './client-error';
import type { FetchAnswer } from './http.type';

/**
 * The body of a successful answer; an empty one counts as `{}`.
 *
 * @throws {NAuthClientError} the server's code; INTERNAL_ERROR where there is none, or for a body that is not JSON
 */
export function readAnswer(answer: FetchAnswer, text: string): object {
  const body = parseObject(text);
  if (!answer.ok) throw refusal(answer, body ?? {});
  if (!body) {
    throw new NAuthClientError({
      code: 'INTERNAL_ERROR',
      message: 'The answer is not a JSON object: is baseUrl the address of the authentication routes?',
      statusCode: answer.status,
    });
  }
  return body;
}

function refusal(answer: FetchAnswer, body: Partial<Record<string, unknown>>): NAuthClientError {
  const details = isObject(body.details) ? toDetails(body.details) : undefined;
  return new NAuthClientError({
    code: typeof body.code === 'string' ? body.code : 'INTERNAL_ERROR',
    message: typeof body.message === 'string' ? body.message : `The server answered ${answer.status}.`,
    statusCode: answer.status,
    timestamp: typeof body.timestamp === 'string' ? body.timestamp : undefined,
    details,
    retryAfter: seconds(answer.headers.get('retry-after')) ?? details?.retryAfter,
  });
}

/** Retry-After in its form of seconds (RFC 9110 section 10.2.3); servers of this toolkit send no dates. */
function seconds(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined;
}

function parseObject(text: string): object | undefined {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keeps what else the server says, and drops a retryAfter that is no number. */
function toDetails(details: Partial<ErrorDetails>): ErrorDetails {
  const { retryAfter, ...rest } = details;
  return typeof retryAfter === 'number' ? { ...rest, retryAfter } : rest;
}
