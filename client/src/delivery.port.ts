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
  /** For a refresh, which needs no access token. */
  publicHeaders(method: HttpMethod): Record<string, string>;
  /** For what may sign somebody in. */
  signInHeaders(): Promise<Record<string, string>>;
  onAnswer(answer: FetchAnswer): void;

  /** @throws {NAuthClientError} INTERNAL_ERROR when the backend delivers tokens the other way */
  toSession(response: AuthenticatedResponse): StoredSession;

  /** Keeps what the backend will know this client again by, if the answer holds it. */
  rememberDevice(response: Pick<AuthenticatedResponse, 'deviceToken'>): Promise<void>;
  /** After the backend was asked to do the same. */
  forgetDevice(): Promise<void>;

  /** @throws {NAuthClientError} AUTH_TOKEN_MISSING when there is nothing to refresh with */
  refreshRequest(): Promise<RefreshRequest>;
  /** Takes the answer of a refresh; false when the session was replaced in the meantime. */
  acceptRefresh(sent: RefreshRequest, answer: object): Promise<boolean>;
  /** Takes the tokens with which the session goes on after a change of the password or a step-up. */
  acceptReplacement(answer: object): Promise<void>;
  forget(): void;
}
