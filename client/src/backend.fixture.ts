import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { EmailMessage } from '../../lib/notifications';
import type { NAuthConfig } from '../../lib/config';
import { ExpressAdapter, NAuth } from '../../shims/express/src';
import type { FetchAnswer, FetchInit, FetchLike } from './http.type';

/** A backend of the toolkit on Express and SQLite, listening on a free port, whose clock the test moves. */
export interface Backend {
  readonly url: string;
  /** Requests that came, as 'POST /auth/login', in order. */
  readonly requests: string[];
  /** E-mails that the backend sent. */
  readonly mails: readonly EmailMessage[];
  /** Moves the backend's clock on. */
  advance(milliseconds: number): void;
  count(request: string): number;
  close(): Promise<void>;
}

export interface BackendOptions {
  tokenDelivery?: 'json' | 'cookies';
  mfa?: NAuthConfig['mfa'];
  /** 0: every second use of a refresh token is a reuse. */
  graceSeconds?: number;
}

export const MINUTE = 60_000;

export async function startBackend(options: BackendOptions = {}): Promise<Backend> {
  let offset = 0;
  const mails: EmailMessage[] = [];
  const nauth = await NAuth.create({
    adapter: new ExpressAdapter(),
    config: {
      database: { type: 'sqlite', url: ':memory:' },
      jwt: {
        accessToken: { secret: randomSecret(), expiresIn: '15m' },
        refreshToken: { secret: randomSecret(), graceSeconds: options.graceSeconds },
      },
      password: { bcryptCost: 4 },
      routes: { enabled: true },
      emailProvider: { send: async (message) => void mails.push(message) },
      clock: { now: () => Date.now() + offset },
      mfa: options.mfa,
      tokenDelivery: { method: options.tokenDelivery ?? 'json' },
    },
  });
  const requests: string[] = [];
  const app = express();
  app.use((request, _response, next) => {
    requests.push(`${request.method} ${request.path}`);
    next();
  });
  app.use(nauth.routes());
  const server = createServer(app);
  const url = await listen(server);
  return {
    url,
    requests,
    mails,
    advance: (milliseconds) => {
      offset += milliseconds;
    },
    count: (request) => requests.filter((seen) => seen === request).length,
    close: async () => {
      await closeServer(server);
      await nauth.close();
    },
  };
}

/** A server of a few lines, for answers that the toolkit does not give. */
export async function startServer(
  answer: (request: IncomingMessage) => { status: number; headers?: Record<string, string>; body: string },
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const { status, headers, body } = answer(request);
    request.resume();
    response.writeHead(status, headers).end(body);
  });
  return { url: await listen(server), close: () => closeServer(server) };
}

/** What a browser does with cookies, for one site: keeps them, shares them between tabs, and hides the HttpOnly ones. */
export class CookieJar {
  private readonly cookies = new Map<string, { value: string; path: string; httpOnly: boolean }>();

  /** document.cookie of a page. */
  readable(): string {
    return [...this.cookies]
      .filter(([, cookie]) => !cookie.httpOnly)
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }

  names(): string[] {
    return [...this.cookies.keys()].sort();
  }

  drop(name: string): void {
    this.cookies.delete(name);
  }

  readonly fetch: FetchLike = async (url: string, init: FetchInit): Promise<FetchAnswer> => {
    if (init.credentials !== 'include') return fetch(url, init);
    const { pathname } = new URL(url);
    const sent = [...this.cookies].filter(([, { path }]) => pathname.startsWith(path));
    const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ');
    const headers: Record<string, string> = cookie ? { ...init.headers, cookie } : init.headers;
    const answer = await fetch(url, { ...init, headers });
    for (const line of answer.headers.getSetCookie()) this.store(line);
    return answer;
  };

  private store(line: string): void {
    const [pair = '', ...attributes] = line.split(/; */);
    const [name = '', value = ''] = pair.split('=');
    const path = attributes.find((attribute) => attribute.startsWith('Path='))?.slice(5) ?? '/';
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, { value, path, httpOnly: attributes.includes('HttpOnly') });
  }
}

function randomSecret(): string {
  return randomBytes(48).toString('base64');
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
