import type { FastifyInstance } from 'fastify';
import type { HookRequest } from './hook.type';

/** Largest body that the ready-made routes read, bytes. */
export const BODY_LIMIT = 100 * 1024;

/**
 * Bodies of the ready-made routes: JSON objects and lists in UTF-8, as they are on every host. Other content types
 * are left unread; the route refuses them if it needs a body.
 */
export function readJsonBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
    (request, body, done) => {
      try {
        done(null, parseJson(request, body.toString()));
      } catch (error) {
        done(error instanceof Error ? error : unreadable(400));
      }
    },
  );
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
}

/** @throws {Error} with `statusCode` 400 for what is not JSON, 415 for an encoding that is not read */
export function parseJson({ raw }: HookRequest, text: string): unknown {
  const encoding = String(raw.headers['content-encoding'] ?? 'identity');
  const charset = /;[ \t]*charset="?([^";\s]*)/i.exec(String(raw.headers['content-type']))?.[1] ?? 'utf-8';
  if (encoding.toLowerCase() !== 'identity' || !/^utf-?8$/i.test(charset)) throw unreadable(415);
  const json = text.replace(/^\uFEFF/, '');
  if (json === '') return {};
  if (!/^[ \t\r\n]*[[{]/.test(json)) throw unreadable(400);
  try {
    return JSON.parse(json);
  } catch {
    throw unreadable(400);
  }
}

function unreadable(statusCode: number): Error {
  return Object.assign(new Error('The request body could not be read.'), { statusCode });
}
