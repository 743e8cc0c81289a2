import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostNames, type HostName } from '../hosts/arguments';
import { LimitsSite } from '../e2e/support/limits-site';
import { PASSWORD } from '../e2e/support/world';
import { exchange, type RawAnswer } from './raw-exchange';

interface HeaderCase {
  title: string;
  /** Values are bytes, one character each. */
  headers: Record<string, string>;
  /** Node refuses some bytes before anybody sees them. */
  status?: number;
  /** Default: that of the proxy. */
  ipAddress?: string;
  userAgent?: string | null | RegExp;
  requestId?: string;
}

/** Text as the bytes of its UTF-8 form. */
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
const forwarded = (list: string): Record<string, string> => ({ 'x-forwarded-for': list });

const CONTROL = { ESC: '\x1b[31mred', NUL: 'a\0b', BEL: 'a\x07b', DEL: 'a\x7fb' };
const NEW_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const cases: readonly HeaderCase[] = [
  { title: 'a user agent of 8 KB', headers: { 'user-agent': 'y'.repeat(8192) }, userAgent: /^y{512}$/ },
  { title: 'an empty user agent', headers: { 'user-agent': '' }, userAgent: /^$/ },
  {
    title: 'a user agent with line separators and overrides of direction',
    headers: { 'user-agent': utf8('a\u2028b\u2029c\u202ed') },
    userAgent: /^a.*b.*c.*d$/,
  },
  {
    title: 'a user agent that is no UTF-8',
    headers: { 'user-agent': 'a\xff\xfe\xc0\x80\xedb' },
    userAgent: /^a.*b$/,
  },
  { title: 'a user agent with C1 controls', headers: { 'user-agent': 'a\x85\x9b31mb' }, userAgent: /^a.*b$/ },
  ...Object.entries(CONTROL).map(([name, value]) => ({
    title: `a user agent with ${name}`,
    headers: { 'user-agent': value },
    status: 400,
  })),
  { title: 'a forwarded word', headers: forwarded("' OR 1=1 --") },
  { title: 'forwarded bytes', headers: forwarded('\xff\xfe, \x80') },
  { title: 'a forwarded script', headers: forwarded('<script>alert(1)</script>') },
  { title: 'an empty list', headers: forwarded(' , ,, ') },
  {
    title: 'a long list',
    headers: forwarded(`${'9.9.9.9, '.repeat(800)}203.0.113.7`),
    ipAddress: '203.0.113.7',
  },
  { title: 'a long list without an address', headers: forwarded(','.repeat(7000)) },
  { title: 'an IPv4-mapped address', headers: forwarded('::ffff:203.0.113.8'), ipAddress: '203.0.113.8' },
  {
    title: 'an IPv4-mapped address in hexadecimal',
    headers: forwarded('::FFFF:cb00:7108'),
    ipAddress: '203.0.113.8',
  },
  { title: 'an address with a zone', headers: forwarded('fe80::1%eth0'), ipAddress: 'fe80::1' },
  { title: 'an address with a hostile zone', headers: forwarded('fe80::1%;drop') },
  { title: 'a request id of 8 KB', headers: { 'x-request-id': 'r'.repeat(8192) } },
  { title: 'a request id that is no UTF-8', headers: { 'x-request-id': 'id\xff' } },
  { title: 'a request id with a line of a log', headers: { 'x-request-id': '{"level":"info"} ok' } },
  { title: 'a proper request id', headers: { 'x-request-id': 'trace-1.a_B' }, requestId: 'trace-1.a_B' },
  {
    title: 'an absurd traceparent',
    headers: { traceparent: `00-${'0'.repeat(4000)}-\xff`, tracestate: '=,;\x85' },
  },
  { title: 'a device token of 8 KB', headers: { 'x-device-token': 'A'.repeat(8192) } },
  { title: 'a device token that is no UTF-8', headers: { 'x-device-token': '\xff'.repeat(43) } },
];

/** Neither a control character nor a separator of lines, nor anything that turns the text round. */
const CLEAN = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u;

describe.each(hostNames)('hostile headers on %s', (host) => describeHeaders(host));

function describeHeaders(host: HostName): void {
  const email = 'headers@example.com';
  let site: LimitsSite;
  let plain: RawAnswer;
  beforeAll(async () => {
    site = await LimitsSite.open(host, 'sqlite', {
      security: { trustedProxies: 1 },
      session: { maxConcurrent: 100 },
      rateLimits: { login: { network: false } },
    });
    await site.post('', '/auth/signup', { email, password: PASSWORD });
    plain = await login({});
  });
  afterAll(() => site.close());

  function send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body = '',
  ): Promise<RawAnswer> {
    const all = {
      host: 'app.example.com',
      connection: 'close',
      ...headers,
      'content-length': String(body.length),
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    const text = `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
    return exchange(site.server.url, Buffer.from(text, 'latin1'), false);
  }

  function login(headers: Record<string, string>): Promise<RawAnswer> {
    const body = JSON.stringify({ identifier: email, password: PASSWORD });
    return send('POST', '/auth/login', { 'content-type': 'application/json', ...headers }, body);
  }

  const shape = ({ status, text }: RawAnswer): unknown => [
    status,
    Object.keys(JSON.parse(text) as object).sort(),
  ];

  it.each(cases)('$title', async ({ headers, status, ipAddress = '127.0.0.1', userAgent, requestId }) => {
    const answer = await login(headers);
    if (status !== undefined) {
      expect(answer.status).toBe(status);
      return;
    }
    expect(shape(answer)).toEqual(shape(plain));
    const { accessToken } = JSON.parse(answer.text) as { accessToken: string };
    const profile = await send('GET', '/auth/profile', {
      ...headers,
      authorization: `Bearer ${accessToken}`,
    });
    expect(profile.status).toBe(200);
    const [session] = await site.rows(
      'SELECT ip_address, user_agent FROM nauth_sessions ORDER BY created_at DESC, id DESC LIMIT 1',
    );
    const [event] = await site.rows(
      "SELECT ip_address, user_agent, request_id FROM nauth_audit_events WHERE type = 'LOGIN_SUCCESS' ORDER BY at DESC, id DESC LIMIT 1",
    );
    for (const row of [session, event]) {
      expect(row?.ip_address).toBe(ipAddress);
      expect(row?.user_agent ?? '').toMatch(CLEAN);
      if (userAgent !== undefined) expect(row?.user_agent).toMatch(userAgent ?? '');
    }
    expect(event?.request_id).toMatch(requestId === undefined ? NEW_ID : new RegExp(`^${requestId}$`));
  });

  it('are in no log as they came', () => {
    expect(site.server.isAlive).toBe(true);
    expect(site.server.errors).toBe('');
  });
}
