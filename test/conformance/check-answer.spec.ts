import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { problemsOf } from './check-answer';
import { hostileCases, type HostileCase } from './hostile-case';
import { buildRequest } from './hostile-request';
import { exchange } from './raw-exchange';

const options = { host: 'h', placeholders: { email: () => 'a@b.co' }, index: 7, renameIdentifier: false };

function hostile(changes: Partial<HostileCase>): HostileCase {
  const base = {
    id: 'X',
    area: 'x',
    title: 'x',
    method: 'POST',
    pathHint: '/auth/login',
    headers: {},
    req: [],
  };
  return { ...base, pre: 'none', maxMs: 1000, expect: { status: [400] }, ...changes };
}

async function problemsAt(listener: RequestListener, changes: Partial<HostileCase> = {}): Promise<string[]> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  try {
    const request = hostile({ bodyRaw: '{}', ...changes });
    const answer = await exchange(`http://127.0.0.1:${port}`, buildRequest(request, options), false);
    return problemsOf(request, answer, { status: request.expect.status, served: true });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** What the driver must notice, seen on servers that do it. */
describe('the driver of the hostile inputs', () => {
  const reply =
    (status: number, text: string, headers: Record<string, string> = {}): RequestListener =>
    (_request, response) => {
      response.writeHead(status, headers);
      response.end(text);
    };

  it('has nothing to say about a good answer', async () => {
    expect(await problemsAt(reply(400, '{"code":"VALIDATION_FAILED"}'))).toEqual([]);
  });

  it('sees errors, stacks, text of the database, codes, headers, slow answers and closed sockets', async () => {
    expect(await problemsAt(reply(500, ''))).toHaveLength(2);
    expect(await problemsAt(reply(200, ''))).toHaveLength(1);
    expect(await problemsAt(reply(400, 'Error: x\n    at f (a.js:1:1)'))).toEqual([
      'the body shows internals',
    ]);
    expect(await problemsAt(reply(400, 'SQLITE_BUSY'))).toEqual(['the body shows internals']);
    expect(
      await problemsAt(reply(400, '{"code":"X"}'), { expect: { status: [400], codePattern: 'VALID' } }),
    ).toHaveLength(1);
    const cookie = { status: [400], notMatchHeaders: { 'set-cookie': '.' } };
    expect(await problemsAt(reply(400, '', { 'set-cookie': 'a=b' }), { expect: cookie })).toHaveLength(1);
    expect(await problemsAt((request) => void request.socket.destroy())).toEqual([
      'was closed without an answer',
    ]);
    const slow: RequestListener = (_request, response) =>
      void setTimeout(() => response.writeHead(400).end(), 60);
    expect(await problemsAt(slow, { maxMs: 10 })).toHaveLength(1);
  });

  it('fills placeholders, lengths and generated bodies', () => {
    const build = (changes: Partial<HostileCase>, renameIdentifier = false): string =>
      buildRequest(hostile(changes), { ...options, renameIdentifier }).toString('latin1');
    const verbatim = build({
      body: { email: '{{email}}', firstName: '{{i}}', x: ['{{hex}}'] },
      noTemplate: ['firstName'],
    });
    expect(verbatim).toMatch(/\{"email":"a@b.co","firstName":"\{\{i\}\}","x":\["7"\]\}$/);
    expect(build({ body: { email: 'x' } }, true)).toMatch(/content-length: 18\r\n\r\n\{"identifier":"x"\}$/);
    expect(build({ raw: 'GET {path} {host} {len}\r\n\r\n{"email"}' }, true)).toBe(
      'GET /auth/login h 14\r\n\r\n{"identifier"}',
    );
    expect(build({ raw: 'content-length: 9\r\n\r\n{"email"}' }, true)).toBe(
      'content-length: 14\r\n\r\n{"identifier"}',
    );
    const nested = {
      kind: 'nest',
      prefix: '<',
      open: '[',
      depth: 3,
      inner: '1',
      close: ']',
      suffix: '>',
    } as const;
    expect(build({ bodyGen: nested })).toMatch(/<\[\[\[1\]\]\]>$/);
    expect(build({ bodyGen: { kind: 'keys', prefix: '{', count: 2, suffix: '}' } })).toMatch(
      /\{"unknown0":0,"unknown1":1\}$/,
    );
    expect(build({ bodyGen: { kind: 'base64', data: 'eA==' } })).toMatch(/content-length: 1\r\n\r\nx$/);
    expect(build({ headers: { a: '\u00e9' } })).toContain('a: \u00e9\r\n');
  });

  it('knows every placeholder of the file', () => {
    const names = JSON.stringify(hostileCases).matchAll(/\{\{(\w+)\}\}/g);
    expect([...new Set([...names].map((match) => match[1]))].sort()).toEqual([
      ...['accessCookieName', 'accessToken', 'allowedHost', 'authCookies', 'authCookiesNoCsrf', 'challengeA'],
      ...[
        'csrfCookieName',
        'csrfToken',
        'email',
        'hex',
        'i',
        'refreshToken',
        'victimEmail',
        'victimEmailEnc',
      ],
      ...['victimEmailUpper', 'victimPassword', 'victimPasswordEnc'],
    ]);
  });
});
