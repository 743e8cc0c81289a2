import { freshEmail, PASSWORD } from '../../races/support/arena';

export interface Answered {
  url: string;
  what: string;
  /** 0 when the connection ended without an answer. */
  status: number;
  code: unknown;
  retryAfter: string | null;
  body: Record<string, unknown>;
  /** Milliseconds of performance.now(). */
  sentAt: number;
  ms: number;
}

const LOST = 0;

/** One request; never rejects. */
export async function call(
  url: string,
  what: string,
  { json, token }: { json?: object; token?: string | undefined },
): Promise<Answered> {
  const sentAt = performance.now();
  const answered = (rest: Pick<Answered, 'status' | 'code' | 'retryAfter' | 'body'>): Answered => {
    return { url, what, sentAt, ms: performance.now() - sentAt, ...rest };
  };
  try {
    const response = await fetch(`${url}/auth/${what}`, {
      method: json === undefined ? 'GET' : 'POST',
      headers: {
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    const { status, headers } = response;
    return answered({ status, code: body.code, retryAfter: headers.get('retry-after'), body });
  } catch {
    return answered({ status: LOST, code: undefined, retryAfter: null, body: {} });
  }
}

/** An account and its session, as its client knows them. What got no good answer it tries again, as clients do. */
export class Client {
  readonly email = freshEmail();
  refreshToken: string | undefined;
  accessToken: string | undefined;
  /** A sign-up got no answer that says whether it took place. */
  private isUnsure = false;

  constructor(private readonly told: (answer: Answered) => void = () => undefined) {}

  async join(url: string): Promise<void> {
    const answer = await call(url, 'signup', { json: { email: this.email, password: PASSWORD } });
    const wasUnsure = this.isUnsure;
    this.isUnsure ||= answer.status === 503 || answer.status === LOST;
    if (answer.code === 'SIGNUP_EMAIL_EXISTS' && wasUnsure) await this.login(url);
    else this.take(answer);
  }

  async login(url: string): Promise<void> {
    this.take(await call(url, 'login', { json: { identifier: this.email, password: PASSWORD } }));
  }

  async refresh(url: string): Promise<Answered> {
    const answer = await call(url, 'refresh', { json: { refreshToken: this.refreshToken } });
    this.take(answer);
    return answer;
  }

  async profile(url: string): Promise<Answered> {
    const answer = await call(url, 'profile', { token: this.accessToken });
    this.told(answer);
    return answer;
  }

  private take(answer: Answered): void {
    this.told(answer);
    if (typeof answer.body.refreshToken !== 'string') return;
    this.refreshToken = answer.body.refreshToken;
    this.accessToken = String(answer.body.accessToken);
  }
}
