import type { AuthenticatedResponse, RefreshRequest } from '../../lib/contracts';
import type { FetchAnswer, FetchInit, HttpMethod } from './http.type';
import type { StoredSession } from './session-store';

/** What a request is sent with. */
export interface RequestCredentials {
  headers: Record<string, string>;
  /** Changes whenever the tokens do, here or in another tab; undefined without any. */
  generation: string | undefined;
}

/** How tokens travel between this client and the backend. */
export interface Delivery {
  readonly credentials: FetchInit['credentials'];
  /** The state is shared with other tabs, so that a refresh has to be too. */
  readonly isShared: boolean;

  /** For a request as the user of the given session, as it was read from the store. */
  forRequest(method: HttpMethod, session: StoredSession): RequestCredentials;
  /** That of the tokens that a request would be sent with now. */
  generation(): Promise<RequestCredentials['generation']>;
  /** For sign-up, login and refresh, which need no access token. */
  publicHeaders(method: HttpMethod): Record<string, string>;
  onAnswer(answer: FetchAnswer): void;

  /** @throws {NAuthClientError} INTERNAL_ERROR when the backend delivers tokens the other way */
  toSession(response: AuthenticatedResponse): StoredSession;

  /** @throws {NAuthClientError} AUTH_TOKEN_MISSING when there is nothing to refresh with */
  refreshRequest(): Promise<RefreshRequest>;
  /** Takes the answer of a refresh; false when the session was replaced in the meantime. */
  acceptRefresh(sent: RefreshRequest, answer: object): Promise<boolean>;
  forget(): void;
}
