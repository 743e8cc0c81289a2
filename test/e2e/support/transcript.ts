import { onTestFinished } from 'vitest';
import type { Answer, Sending } from './user-agent';
import { BrowserVisitor, NativeVisitor, type Visitor } from './visitor';
import { PASSWORD, type World } from './world';

const HEADERS = [
  'content-type',
  'cache-control',
  'retry-after',
  'location',
  'www-authenticate',
  'access-control-allow-origin',
];

/**
 * One flow through all routes, good and bad, as lines of status, headers and body. Tokens, ids and times are replaced by
 * names, equal ones by the same name, so that what is left can be compared byte for byte.
 */
export async function recordTranscript(world: World): Promise<string[]> {
  const flow = new Flow(world);
  const [ada, bob] = [flow.visitor(), flow.visitor()];
  const email = `ada.${world.style}@transcript.example`;
  const account = {
    email,
    password: PASSWORD,
    username: `ada_${world.style}`,
    firstName: 'Ada',
    metadata: { a: [1] },
  };
  const login = { identifier: email, password: PASSWORD };

  await flow.step(ada, 'POST', '/auth/signup', { json: { ...account, timezone: 'UTC', locale: 'en' } });
  await flow.step(bob, 'POST', '/auth/signup', { json: account });
  await flow.step(bob, 'POST', '/auth/signup', {
    json: { ...account, email: 'x', nested: { deep: true }, password: 5 },
  });
  await flow.step(bob, 'POST', '/auth/signup', {
    json: { email: 'bob@transcript.example', password: 'short' },
  });
  await flow.step(ada, 'GET', '/auth/profile');
  await flow.step(ada, 'HEAD', '/auth/profile');
  await flow.step(ada, 'GET', '/public');
  await flow.step(bob, 'GET', '/public');
  await flow.step(bob, 'GET', '/auth/profile');
  await flow.step(bob, 'POST', '/auth/login', { json: { identifier: email, password: 'wrong' } });
  await flow.step(bob, 'POST', '/auth/login', {
    json: { identifier: 'nobody@transcript.example', password: 'wrong' },
  });
  await flow.step(bob, 'POST', '/auth/login', { json: login });
  await flow.step(bob, 'GET', '/auth/sessions');
  await flow.step(ada, 'PUT', '/auth/profile', {
    json: { lastName: 'Lovelace \u{1F600} <b>', locale: null },
  });
  await flow.step(ada, 'PUT', '/auth/profile', { json: { role: 'admin', firstName: ['x'] } });
  await flow.step(ada, 'PUT', '/auth/profile', { raw: '' });
  await flow.step(
    ada,
    'GET',
    '/auth/audit/history?limit=3&eventTypes=SESSION_CREATED&eventTypes=LOGIN_SUCCESS',
  );
  await flow.step(ada, 'GET', '/auth/audit/history?limit=0&createdAt[operator]=x&userId=y');
  const refresh = { json: ada.style === 'native' ? { refreshToken: await ada.refreshToken() } : {} };
  await flow.step(ada, 'POST', '/auth/refresh', refresh);
  await flow.step(ada, 'POST', '/auth/refresh', { json: { refreshToken: 'x' } });
  await flow.step(ada, 'POST', '/auth/refresh', { json: { refreshToken: 1 } });
  await flow.unreadable(bob);
  await flow.step(bob, 'DELETE', '/auth/sessions/00000000-0000-4000-8000-000000000000');
  const [own = ''] = await bob.sessionIds();
  await flow.step(bob, 'DELETE', `/auth/sessions/${own}`);
  await flow.step(bob, 'GET', '/auth/profile');
  await flow.step(ada, 'GET', '/auth/logout', {
    headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
  });
  await flow.step(bob, 'POST', '/auth/login', { json: login, headers: { origin: 'https://evil.example' } });
  await flow.step(bob, 'POST', '/auth/login', {
    json: login,
    headers: { origin: 'https://app.example.com' },
  });
  await flow.step(bob, 'POST', '/auth/logout/all', { json: { forgetDevices: 'x' } });
  await flow.step(bob, 'POST', '/auth/logout/all', { json: {} });
  await flow.step(bob, 'POST', '/auth/logout', { json: {} });
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await flow.step(flow.visitor(), 'POST', '/auth/login', {
      json: { identifier: email, password: `wrong ${attempt}` },
    });
  }
  return flow.lines;
}

class Flow {
  readonly lines: string[] = [];
  private readonly names = new Map<string, string>();

  constructor(private readonly world: World) {}

  visitor(): Visitor {
    const { url } = this.world.server();
    const made = this.world.style === 'native' ? new NativeVisitor(url) : new BrowserVisitor(url);
    onTestFinished(() => made.agent.close());
    return made;
  }

  async step(who: Visitor, method: string, path: string, sending?: Sending): Promise<void> {
    this.note(`${method} ${path}`, await who.call(method, path, sending));
  }

  /** Bodies that no route ever sees. */
  async unreadable(who: Visitor): Promise<void> {
    const bodies: Sending[] = [
      ...['{"identifier":', '"text"', '[]', '1', 'null', ''].map((raw) => ({ raw })),
      { raw: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      { raw: '{}', headers: { 'content-type': 'text/plain' } },
      { raw: '{}', headers: { 'content-encoding': 'gzip' } },
      { json: { identifier: 'x'.repeat(110_000) } },
      {},
    ];
    for (const body of bodies) await this.step(who, 'POST', '/auth/login', body);
  }

  private note(title: string, { status, headers, setCookies, text }: Answer): void {
    const kept = HEADERS.flatMap((name) =>
      headers[name] === undefined ? [] : [`${name}: ${String(headers[name])}`],
    );
    const cookies = setCookies.map((cookie) => `set-cookie: ${cookie.toString()}`);
    const csrf = headers['x-csrf-token'] === undefined ? [] : ['x-csrf-token'];
    this.lines.push(this.normalise([title, status, ...kept, ...cookies, ...csrf, text].join('\n')));
  }

  private normalise(text: string): string {
    return text
      .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, (found) => this.name('access', found))
      .replace(/(?<![\w-])[\w-]{20,32}\.[\w-]{40,}/g, (found) => this.name('token', found))
      .replace(/(?<![\w-])[\w-]{43}(?![\w.-])/g, (found) => this.name('device', found))
      .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (found) => this.name('id', found))
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>')
      .replace(/\b1[789]\d{8}\b/g, '<seconds>')
      .replace(/(retry-after: |"retryAfter":|Max-Age=)\d+/g, (_, name: string) => `${name}<seconds>`);
  }

  private name(kind: string, found: string): string {
    const known = this.names.get(found) ?? `<${kind} ${this.names.size}>`;
    this.names.set(found, known);
    return known;
  }
}
