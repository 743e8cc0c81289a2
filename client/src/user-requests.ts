import { NAuthClientError } from './client-error';
import type { Delivery } from './delivery.port';
import type { HttpCall, HttpTransport } from './http-transport';
import type { RefreshListener, SessionRefresher } from './session-refresher';
import type { SessionStore, StoredSession } from './session-store';

/** Refusals of an access token that a refresh can cure. Where tokens are cookies, an expired one is just not there. */
const CURABLE = new Set(['AUTH_TOKEN_EXPIRED', 'AUTH_TOKEN_MISSING', 'AUTH_TOKEN_INVALID']);
/** Refusals of the session itself. */
const FINAL = new Set(['AUTH_SESSION_NOT_FOUND', 'AUTH_SESSION_EXPIRED', 'AUTH_TOKEN_REUSE_DETECTED']);

/** Requests as the signed-in user: one refresh and one further try when the access token has run out. */
export class UserRequests {
  constructor(
    private readonly transport: HttpTransport,
    private readonly delivery: Delivery,
    private readonly store: SessionStore,
    private readonly refresher: SessionRefresher,
    private readonly listener: RefreshListener,
  ) {}

  /**
   * @throws {NAuthClientError} what the server answered
   * @throws {NAuthNetworkError} without an answer
   */
  async send(call: HttpCall): Promise<object> {
    const session = await this.store.read();
    const { headers, generation } = this.delivery.forRequest(call.method, session);
    try {
      return await this.transport.send(call, headers);
    } catch (error) {
      if (!(await this.isCurable(error, generation))) throw error;
      await this.refresher.refresh(generation);
      return this.tryAgain(call, session, error);
    }
  }

  private async tryAgain(call: HttpCall, former: StoredSession, refusal: unknown): Promise<object> {
    const session = await this.store.read();
    // Somebody else signed in here while this request was under way: it was not meant to be theirs.
    if (former.user && session.user?.sub !== former.user.sub) throw refusal;
    const { headers, generation } = this.delivery.forRequest(call.method, session);
    try {
      return await this.transport.send(call, headers);
    } catch (error) {
      await this.isCurable(error, generation);
      throw error;
    }
  }

  /** Says whether a refresh can help; where the session itself was refused, it ends here. */
  private async isCurable(error: unknown, generation: string | undefined): Promise<boolean> {
    if (!(error instanceof NAuthClientError) || error.statusCode !== 401) return false;
    if (FINAL.has(error.code)) await this.listener.onSessionOver(error, generation);
    return CURABLE.has(error.code);
  }
}
