import { cookieValues } from './cookie-header';

/** What every host's request has in common: an IncomingMessage, a Fastify request's `raw`, a WebSocket handshake. */
export interface IncomingRequest {
  headers: Record<string, string | string[] | undefined>;
  rawHeaders?: string[];
  method?: string;
  url?: string;
  /** Express: the URL before a router cut its mount path off. */
  originalUrl?: string;
  socket?: { remoteAddress?: string };
}

/** The request as the pipeline reads it, the same on all hosts. Nothing is parsed before it is asked for. */
export class HttpRequest {
  constructor(readonly raw: IncomingRequest) {}

  get method(): string {
    return this.raw.method ?? 'GET';
  }

  /** The path as it was sent, without the query. */
  get path(): string {
    const url = this.raw.originalUrl ?? this.raw.url ?? '/';
    const end = url.search(/[?#]/);
    return end < 0 ? url : url.slice(0, end);
  }

  /** Address at the other end of the socket. */
  get remoteAddress(): string | undefined {
    return this.raw.socket?.remoteAddress;
  }

  /** A header that must come once, by its lower-case name; repeated ones as the runtime joins them. */
  header(name: string): string | undefined {
    const value = this.raw.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /**
   * True when the request brings a bearer token, whether a good one or not. No page can make a browser send one to
   * another origin by itself, in contrast to the Basic and Digest schemes, which come with an address or a saved password.
   */
  get hasBearer(): boolean {
    return /^bearer(?: |$)/i.test(this.header('authorization') ?? '');
  }

  /** How often a header came. The runtime keeps only the first of some, so the raw list is asked. */
  headerCount(name: string): number {
    const { rawHeaders } = this.raw;
    if (!rawHeaders) return this.header(name) === undefined ? 0 : 1;
    let count = 0;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      if (rawHeaders[index]?.toLowerCase() === name) count += 1;
    }
    return count;
  }

  /** Every value of the cookie, exactly as sent. */
  cookies(name: string): string[] {
    return cookieValues(this.header('cookie'), name);
  }
}

/** Where the pipeline writes headers. Adapters wrap the response of their host. */
export interface ResponseSink {
  /** True when the answer is on its way and no header can be added. */
  readonly headersSent: boolean;
  setHeader(name: string, value: string): void;
  /** Adds one Set-Cookie header; others stay. */
  appendCookie(value: string): void;
}
