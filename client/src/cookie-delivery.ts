import type { AuthenticatedResponse, RefreshRequest } from '../../lib/contracts';
import { NAuthClientError } from './client-error';
import type { CsrfToken } from './csrf-token';
import type { Delivery, RequestCredentials } from './delivery.port';
import type { FetchAnswer, HttpMethod } from './http.type';
import { hasDocument, sharedItems } from './platform';
import type { StoredSession } from './session-store';

/**
 * Tokens in cookies that no script can read. Tabs tell each other of a refresh by a counter in localStorage; it says
 * nothing but how often the cookies were renewed.
 */
export class CookieDelivery implements Delivery {
  readonly credentials = 'include';
  readonly isShared = hasDocument();
  private readonly counterKey: string;
  private ownCount = 0;

  constructor(
    private readonly csrf: CsrfToken,
    address: string,
  ) {
    this.counterKey = `nauth_sync:${address}`;
  }

  forRequest(method: HttpMethod): RequestCredentials {
    return { headers: this.csrf.headers(method), generation: String(this.count()) };
  }

  async generation(): Promise<string> {
    return String(this.count());
  }

  publicHeaders(method: HttpMethod): Record<string, string> {
    return this.csrf.headers(method);
  }

  async signInHeaders(): Promise<Record<string, string>> {
    return this.csrf.headers('POST');
  }

  onAnswer(answer: FetchAnswer): void {
    this.csrf.remember(answer);
  }

  toSession(response: AuthenticatedResponse): StoredSession {
    if (response.accessToken !== undefined || response.refreshToken !== undefined) {
      const message = "The answer holds tokens: tokenDelivery is 'cookies' here and 'json' at the backend.";
      throw new NAuthClientError({ code: 'INTERNAL_ERROR', message, statusCode: 200 });
    }
    return { user: { ...response.user, sessionAuthMethod: response.authMethod } };
  }

  async rememberDevice(): Promise<void> {
    // In a cookie of its own.
  }

  async forgetDevice(): Promise<void> {
    // The answer has removed the cookie.
  }

  async refreshRequest(): Promise<RefreshRequest> {
    return {};
  }

  async acceptRefresh(): Promise<boolean> {
    this.ownCount = this.count() + 1;
    try {
      sharedItems()?.setItem(this.counterKey, String(this.ownCount));
    } catch {
      // Full or blocked: other tabs may then refresh once more, which the server's grace window allows for.
    }
    return true;
  }

  async acceptReplacement(): Promise<void> {
    await this.acceptRefresh();
  }

  forget(): void {
    this.csrf.forget();
  }

  private count(): number {
    let shared = 0;
    try {
      shared = Number(sharedItems()?.getItem(this.counterKey) ?? 0) || 0;
    } catch {
      // Blocked, see above.
    }
    return Math.max(shared, this.ownCount);
  }
}
