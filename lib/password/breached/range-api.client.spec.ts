import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { RangeApiClient } from './range-api.client';

const PASSWORD = 'zebra lake 7';
const DIGEST = createHash('sha1').update(PASSWORD).digest('hex').toUpperCase();
const PREFIX = DIGEST.slice(0, 5);
const SUFFIX = DIGEST.slice(5);
const OTHERS = ['0018A45C4D1DEF81644B54AB7F969B88D65:1', '011053FD0102E94D6AE2F8B83D76FAF94F6:0'];

let servers: Server[] = [];

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  servers = [];
});

/** A range API of our own, and what it was asked. */
async function apiWith(
  answer: RequestListener,
): Promise<{ client: RangeApiClient; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { client: new RangeApiClient(`http://127.0.0.1:${port}/range/`), requests };
}

const lines =
  (...entries: string[]): RequestListener =>
  (_request, response) =>
    response.end(entries.join('\r\n'));
const ask = (client: RangeApiClient, password = PASSWORD): Promise<boolean> =>
  client.has(password, AbortSignal.timeout(10_000));

describe('RangeApiClient', () => {
  it('sends out 5 of the 40 digits and nothing else of the password (R004)', async () => {
    const { client, requests } = await apiWith(lines(...OTHERS));
    await ask(client);
    expect(requests).toHaveLength(1);
    const [{ method, url, headers, rawHeaders } = { rawHeaders: [] as string[] } as IncomingMessage] =
      requests;
    expect([method, url]).toEqual(['GET', `/range/${PREFIX}`]);
    expect(headers['add-padding']).toBe('true');
    expect(headers['content-length']).toBeUndefined();
    const sent = `${url} ${rawHeaders.join(' ')}`.toUpperCase();
    expect(sent).not.toContain(SUFFIX.slice(0, 6));
    expect(sent).not.toContain(PASSWORD.toUpperCase());
    expect(sent).not.toContain(DIGEST.slice(0, 6));
  });

  it.each<[string, boolean, string[]]>([
    ['listed', true, [...OTHERS, `${SUFFIX}:3`]],
    ['listed in lower case', true, [`${SUFFIX.toLowerCase()}:12`, ...OTHERS]],
    ['not listed', false, OTHERS],
    ['listed as padding, which has the count 0', false, [...OTHERS, `${SUFFIX}:0`]],
    ['part of a longer line', false, [`0${SUFFIX}:3`, `${SUFFIX}:3:4`, `${SUFFIX}:`, SUFFIX]],
    ['in an empty answer', false, []],
    ['in an answer of another form', false, ['<html>', '{}', ':', `${SUFFIX}=3`]],
  ])('%s: %s', async (_name, expected, entries) => {
    const { client } = await apiWith(lines(...entries));
    await expect(ask(client)).resolves.toBe(expected);
  });

  it('looks for the digest of the UTF-8 form', async () => {
    const digest = createHash('sha1').update('caf\u00e9 au lait', 'utf8').digest('hex').toUpperCase();
    const { client, requests } = await apiWith(lines(`${digest.slice(5)}:1`));
    await expect(ask(client, 'caf\u00e9 au lait')).resolves.toBe(true);
    expect(requests[0]?.url).toBe(`/range/${digest.slice(0, 5)}`);
  });

  it.each([400, 404, 429, 500, 503])('rejects when the answer is %i', async (status) => {
    const { client } = await apiWith((_request, response) => response.writeHead(status).end(`${SUFFIX}:3`));
    await expect(ask(client)).rejects.toThrow(String(status));
  });

  it('goes nowhere else: a redirect is no answer', async () => {
    const other = await apiWith(lines(`${SUFFIX}:3`));
    const { client } = await apiWith((_request, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1/elsewhere' }).end(),
    );
    await expect(ask(client)).rejects.toThrow();
    expect(other.requests).toEqual([]);
  });

  it('rejects an answer without an end', async () => {
    const line = `${OTHERS[0]}\r\n`.repeat(1000);
    const { client } = await apiWith((_request, response) => {
      const more = (): void => {
        while (response.writable && response.write(line));
      };
      response.on('drain', more);
      more();
    });
    await expect(ask(client)).rejects.toThrow('too large');
  });

  it('rejects when its signal is aborted, before the answer and in the middle of it', async () => {
    const silent = await apiWith(() => undefined);
    const slow = await apiWith((_request, response) => response.write(`${OTHERS[0]}\r\n`));
    for (const { client } of [silent, slow]) {
      await expect(client.has(PASSWORD, AbortSignal.timeout(200))).rejects.toMatchObject({
        name: 'TimeoutError',
      });
    }
  });

  it('rejects when nobody answers', async () => {
    const { client } = await apiWith(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    await expect(ask(client)).rejects.toThrow();
  });
});
