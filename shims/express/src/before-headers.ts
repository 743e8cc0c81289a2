import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';

type GivenHeaders = OutgoingHttpHeaders | OutgoingHttpHeader[];

export interface HeaderAction {
  /** Whether there is anything to do; asked for every answer, so it has to be cheap. */
  isNeeded(status: number): boolean;
  run(status: number): void;
}

/**
 * Runs an action at the last moment at which headers can be set, however the answer is sent: `json`, `send`, `end`,
 * `redirect`, `pipe` and `writeHead` itself all come through `writeHead`.
 */
export function beforeHeaders(response: ServerResponse, action: HeaderAction): void {
  const writeHead = response.writeHead;
  response.writeHead = (
    status: number,
    reason?: string | GivenHeaders,
    headers?: GivenHeaders,
  ): ServerResponse => {
    if (response.headersSent || !action.isNeeded(status)) {
      return Reflect.apply(writeHead, response, [status, reason, headers]);
    }
    // Headers given to writeHead replace those set before, so they are set first and the action adds to them.
    setHeaders(response, typeof reason === 'string' ? headers : (reason ?? headers));
    action.run(status);
    return Reflect.apply(writeHead, response, typeof reason === 'string' ? [status, reason] : [status]);
  };
}

function setHeaders(response: ServerResponse, given: GivenHeaders | undefined): void {
  if (!given) return;
  if (!Array.isArray(given)) {
    for (const [name, value] of Object.entries(given)) {
      if (value !== undefined) response.setHeader(name, value);
    }
    return;
  }
  const pairs = headerPairs(given);
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs) {
    response.appendHeader(name, typeof value === 'number' ? String(value) : value);
  }
}

/** Node takes a list as name, value, name, value, or as pairs. */
function headerPairs(given: OutgoingHttpHeader[]): [string, OutgoingHttpHeader][] {
  const flat = given.every((item) => Array.isArray(item)) ? given.flat() : given;
  const pairs: [string, OutgoingHttpHeader][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    pairs.push([String(flat[index]), flat[index + 1] ?? '']);
  }
  return pairs;
}
