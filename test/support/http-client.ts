import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface ClientAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON; an empty object for anything else. */
  body: Record<string, unknown>;
  /** Names of the cookies that the answer set with a value. */
  cookies: string[];
}

export interface ClientCall {
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  raw?: string | Buffer;
  token?: unknown;
  headers?: Record<string, string>;
}

/**
 * A connection that has been idle for so long, in milliseconds, is not used again: the server, which ends it after five
 * seconds, could be doing so at that moment.
 */
export const IDLE_MS = 2500;

/** A browser in small: keeps cookies, sends the CSRF token back, and holds one connection open. */
export class HttpClient {
  readonly jar = new Map<string, string>();
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: IDLE_MS });

  constructor(private readonly baseUrl: string) {}

  async call(method: string, path: string, options: ClientCall = {}): Promise<ClientAnswer> {
    const payload = options.raw ?? (options.json === undefined ? undefined : JSON.stringify(options.json));
    const answer = await this.send(method, path, payload, {
      ...(payload !== undefined && { 'content-type': 'application/json' }),
      ...(payload !== undefined && { 'content-length': String(Buffer.byteLength(payload)) }),
      ...(typeof options.token === 'string' && { authorization: `Bearer ${options.token}` }),
      ...this.cookieHeaders(method),
      ...options.headers,
    });
    for (const cookie of answer.headers['set-cookie'] ?? []) this.keep(cookie);
    return answer;
  }

  close(): void {
    this.agent.destroy();
  }

  private cookieHeaders(method: string): Record<string, string> {
    if (this.jar.size === 0) return {};
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const csrf = this.jar.get('nauth_csrf_token');
    return { cookie, ...(csrf !== undefined && method !== 'GET' && { 'x-csrf-token': csrf }) };
  }

  private keep(cookie: string): void {
    const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split(/=(.*)/s);
    if (value) this.jar.set(name, value);
    else this.jar.delete(name);
  }

  private send(
    method: string,
    path: string,
    payload: string | Buffer | undefined,
    headers: Record<string, string>,
  ): Promise<ClientAnswer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        `${this.baseUrl}${path}`,
        { method, headers, agent: this.agent },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const isJson = text !== '' && /json/.test(response.headers['content-type'] ?? '');
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
              cookies: (response.headers['set-cookie'] ?? [])
                .map((cookie) => /^([^=]*)=([^;]*)/.exec(cookie))
                .flatMap((match) => (match?.[1] && match[2] ? [match[1]] : [])),
            });
          });
        },
      );
      request.on('error', reject);
      request.end(payload);
    });
  }
}
