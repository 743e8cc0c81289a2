import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Harness } from './harness-config';

export type Controls = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * What only the harness answers, in front of everything else on every host: GET /__outbox (every message), POST /__clock
 * { offsetMs } (moves the toolkit's clock), POST /__die { statement } (ends the process before that one of the next
 * statements; 0 for none), GET /__stats (work since the last call), GET /__ready (503 once it has been
 * told to stop).
 */
export function createControls(harness: Harness, isShuttingDown: () => boolean): Controls {
  return (request, response, next) => {
    switch (`${request.method} ${request.url}`) {
      case 'GET /__outbox':
        return answer(response, harness.outbox.messages);
      case 'GET /__stats':
        return answer(response, harness.counters.take());
      case 'GET /__ready':
        return answer(response, { ready: !isShuttingDown() }, isShuttingDown() ? 503 : 200);
      case 'POST /__clock':
        return readBody(request, (text) => {
          const offsetMs = readNumber(text, 'offsetMs');
          if (offsetMs === undefined)
            return answer(response, { error: 'offsetMs is a number of milliseconds' }, 400);
          harness.clock.offsetMs = offsetMs;
          answer(response, { offsetMs, now: new Date(harness.clock.now()).toISOString() });
        });
      case 'POST /__die':
        return readBody(request, (text) => {
          const statement = readNumber(text, 'statement');
          if (statement === undefined) return answer(response, { error: 'statement is a number' }, 400);
          harness.counters.deathBefore = statement;
          answer(response, { statement });
        });
      default:
        return next();
    }
  };
}

function readNumber(text: string, name: string): number | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readBody(request: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(Buffer.concat(chunks).toString()));
}

function answer(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
