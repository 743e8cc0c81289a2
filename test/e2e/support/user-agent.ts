import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Cookie, CookieJar } from 'tough-cookie';
import { IDLE_MS } from '../../support/http-client';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON; an empty object for anything else. */
  body: Record<string, unknown>;
  setCookies: Cookie[];
}

export interface Sending {
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  raw?: string;
  /** Added last, so that they replace what the agent would send. `undefined` leaves a header out. */
  headers?: Record<string, string | string[] | undefined>;
}

export const USER_AGENT = 'nauth-e2e/1.0';

/** Sends requests over one kept connection, with a cookie jar that goes by the rules of browsers. */
export class UserAgent {
  readonly jar = new CookieJar(undefined, { allowSpecialUseDomain: true, rejectPublicSuffixes: false });
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: IDLE_MS });

  constructor(readonly baseUrl: string) {}

  async send(method: string, path: string, { json, raw, headers }: Sending = {}): Promise<Answer> {
    const payload = raw ?? (json === undefined ? undefined : JSON.stringify(json));
    const url = `${this.baseUrl}${path}`;
    const cookie = await this.jar.getCookieString(url);
    const answer = await this.exchange(method, url, payload, {
      'user-agent': USER_AGENT,
      ...(payload !== undefined && { 'content-type': 'application/json' }),
      ...(payload !== undefined && { 'content-length': String(Buffer.byteLength(payload)) }),
      ...(cookie !== '' && { cookie }),
      ...headers,
    });
    for (const header of answer.headers['set-cookie'] ?? []) await this.jar.setCookie(header, url);
    return answer;
  }

  /** The value of the cookie as it would be sent to the path. */
  async cookie(name: string, path = '/auth/refresh'): Promise<string | undefined> {
    const cookies = await this.jar.getCookies(`${this.baseUrl}${path}`);
    return cookies.find(({ key }) => key === name)?.value;
  }

  /** Names of all cookies in the jar that have not ended. */
  async cookieNames(): Promise<string[]> {
    return (await this.jar.getCookies(`${this.baseUrl}/auth/refresh`)).map(({ key }) => key);
  }

  close(): void {
    this.agent.destroy();
  }

  private exchange(
    method: string,
    url: string,
    payload: string | undefined,
    headers: Record<string, string | string[] | undefined>,
  ): Promise<Answer> {
    const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    return new Promise((resolve, reject) => {
      const request = httpRequest(url, { method, headers: given, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve(toAnswer(response.statusCode, response.headers, chunks)));
      });
      request.on('error', reject);
      request.end(payload);
    });
  }
}

function toAnswer(status: number | undefined, headers: IncomingHttpHeaders, chunks: Buffer[]): Answer {
  const text = Buffer.concat(chunks).toString();
  const isJson = text !== '' && /json/.test(headers['content-type'] ?? '');
  return {
    status: status ?? 0,
    headers,
    text,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    setCookies: (headers['set-cookie'] ?? []).flatMap((header) => Cookie.parse(header) ?? []),
  };
}
