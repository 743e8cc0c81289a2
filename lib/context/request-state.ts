import type { TokenDeliveryMethod, TokenFields, UserProfile } from '../contracts';
import type { NAuthException } from '../errors';
import type { ClientInfo } from './client-info';
import type { HttpRequest, ResponseSink } from './http-request';
import type { WaitBudget } from './wait-budget';

/** The session behind a request, as far as routes and services need it. */
export interface CurrentSession {
  sessionId: string;
  userId: string;
  delivery: TokenDeliveryMethod;
  /** The device that the session was opened on, if it still is one. */
  deviceId: string | null;
  amr: readonly string[];
  /** When the user last proved who they are. */
  authTime: Date;
  createdAt: Date;
  expiresAt: Date;
}

/** The outcome of looking at the credentials of a request. */
export type Identity =
  | { status: 'unknown' }
  | { status: 'anonymous' }
  | { status: 'rejected'; error: NAuthException }
  | { status: 'authenticated'; user: UserProfile; session: CurrentSession };

/** By what the client will be recognised at its next sign-in. */
export interface IssuedDevice {
  id: string;
  token: string;
  /** False for a token that the client brought itself. */
  isNew: boolean;
  /** Nobody has signed in to the account with such a browser from this network before: worth a notice to the owner. */
  isUnlikeOthers?: boolean;
  /** Unix seconds. */
  expiresAt: number;
  /** Its user trusts it, and is spared the second factor there. */
  isTrusted?: boolean;
}

/** Tokens that this request issued and that its answer has to carry. */
export interface IssuedTokens extends TokenFields {
  sessionId: string;
  delivery: TokenDeliveryMethod;
  /** Where a session was opened for a request. */
  device?: IssuedDevice;
}

/** Everything the pipeline keeps about one request. */
export class RequestState {
  client: ClientInfo | undefined;
  response: ResponseSink | undefined;
  identity: Identity = { status: 'unknown' };
  /** What the route demands of the delivery of tokens, if anything. */
  deliveryOverride: TokenDeliveryMethod | undefined;
  issued: IssuedTokens | undefined;
  /** Path below which this request found the ready-made routes; undefined for other routes. */
  mountPath: string | undefined;
  /** True after the CSRF check has run, so that it runs once. */
  csrfChecked = false;
  /** What is left of the time that the request may wait for the database; undefined before it has asked it. */
  databaseWaits: WaitBudget | undefined;

  /** When the request reached the server, by a clock that cannot be set. */
  readonly startedTicks = performance.now();

  /** @param startedAt when the request reached the server, milliseconds of the toolkit's clock */
  constructor(
    readonly request: HttpRequest,
    readonly startedAt: number,
  ) {}
}
