/**
 * What is known of a message that was not confirmed: certainly not sent, so that another attempt may help; refused for
 * good; or not known, as after a connection that broke before the answer came.
 */
export type DeliveryOutcome = 'not-sent' | 'refused' | 'unknown';

/** Why a provider did not confirm a message. */
export class DeliveryError extends Error {
  /** A few words for the log, such as `SMTP 451`: never an address or a part of the message (R127). */
  readonly reason: string;

  constructor(
    readonly outcome: DeliveryOutcome,
    reason: string,
    options?: { cause?: unknown },
  ) {
    const short = reason.replace(/[^A-Za-z0-9 _.-]/g, '').slice(0, 60);
    super(`The message was not confirmed (${short}).`, options);
    this.name = 'DeliveryError';
    this.reason = short;
  }
}

// Nobody was reached.
const NOT_CONNECTED =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_[A-Z]+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ECONNECTION|EDNS|UND_ERR_CONNECT_TIMEOUT|CERT_[A-Z_]+|DEPTH_ZERO_[A-Z_]+|SELF_SIGNED_[A-Z_]+|UNABLE_TO_[A-Z_]+|ERR_TLS_[A-Z_]+)$/;
// The service may have the message, and its answer was lost.
const IN_DOUBT =
  /^(?:ECONNRESET|EPIPE|ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT|ERR_NETWORK|ABORT_ERR|UND_ERR_[A-Z_]+)$/;
const IN_DOUBT_NAMES = new Set(['AbortError', 'TimeoutError']);

/** Any error of a provider as one that says what is known, by the marks that HTTP clients put on their errors. */
export function toDeliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const status = httpStatus(error);
  if (status !== undefined)
    return new DeliveryError(outcomeOfStatus(status), `HTTP ${status}`, { cause: error });
  const code = systemCode(error);
  if (code !== undefined && NOT_CONNECTED.test(code))
    return new DeliveryError('not-sent', code, { cause: error });
  const name = error instanceof Error ? error.name : typeof error;
  if ((code !== undefined && IN_DOUBT.test(code)) || IN_DOUBT_NAMES.has(name)) {
    return new DeliveryError('unknown', code ?? name, { cause: error });
  }
  return new DeliveryError('not-sent', code ?? name, { cause: error });
}

function outcomeOfStatus(status: number): DeliveryOutcome {
  // A gateway that speaks for a service cannot know what the service did.
  if (status < 400 || status === 502 || status === 504) return 'unknown';
  // Wrong credentials are put right by an operator, and the message goes out then.
  if (status >= 500 || [401, 403, 407, 408, 425, 429].includes(status)) return 'not-sent';
  return 'refused';
}

function httpStatus(error: unknown): number | undefined {
  const metadata = read(error, '$metadata');
  const candidates = [
    read(metadata, 'httpStatusCode'),
    read(error, 'status'),
    read(error, 'statusCode'),
    read(read(error, 'response'), 'status'),
  ];
  return candidates.find(
    (value): value is number =>
      typeof value === 'number' && Number.isInteger(value) && value >= 100 && value < 600,
  );
}

function systemCode(error: unknown): string | undefined {
  for (const source of [error, read(error, 'cause')]) {
    const code = read(source, 'code');
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,59}$/.test(code)) return code;
  }
  return undefined;
}

function read(source: unknown, key: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, key) : undefined;
}
