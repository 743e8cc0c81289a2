import type { FetchAnswer, HttpMethod } from './http.type';
import { documentCookies } from './platform';

/** Names of the CSRF cookie and header, as the server is configured. */
export interface CsrfOptions {
  /** Default 'nauth_csrf_token'. */
  cookieName: string;
  /** Default 'x-csrf-token'. */
  headerName: string;
}

/**
 * The CSRF token of cookie delivery (R060): from the cookie where the page can read it, as all tabs share that; else
 * from the header of the latest answer, which also reaches pages of another origin.
 */
export class CsrfToken {
  private fromHeader: string | undefined;

  constructor(private readonly options: CsrfOptions) {}

  /** The header for a request that changes something; nothing for GET. */
  headers(method: HttpMethod): Record<string, string> {
    if (method === 'GET') return {};
    const token = this.fromCookie() ?? this.fromHeader;
    return token ? { [this.options.headerName]: token } : {};
  }

  remember(answer: FetchAnswer): void {
    this.fromHeader = answer.headers.get(this.options.headerName) ?? this.fromHeader;
  }

  forget(): void {
    this.fromHeader = undefined;
  }

  private fromCookie(): string | undefined {
    for (const pair of documentCookies().split(';')) {
      const [name, ...value] = pair.trim().split('=');
      if (name === this.options.cookieName) return decode(value.join('=')) || undefined;
    }
    return undefined;
  }
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
