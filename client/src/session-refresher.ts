import type { ResolvedClientConfig } from './client-config';
import { NAuthClientError } from './client-error';
import type { Delivery } from './delivery.port';
import { exclusive } from './exclusive';
import type { HttpTransport } from './http-transport';

/** What the client does when its tokens change. */
export interface RefreshListener {
  onRefreshed(): void;
  /** The server has ended the session that `generation` belonged to. */
  onSessionOver(error: NAuthClientError, generation: string | undefined): Promise<void>;
}

/** Renews the tokens: once for all requests of this client that wait for it, and once for all tabs (R050). */
export class SessionRefresher {
  private inFlight: Promise<void> | undefined;

  constructor(
    private readonly config: ResolvedClientConfig,
    private readonly transport: HttpTransport,
    private readonly delivery: Delivery,
    private readonly listener: RefreshListener,
  ) {}

  /**
   * Returns when there are other tokens than those of the given generation, whoever fetched them.
   *
   * @throws {NAuthClientError} what the server answered, or AUTH_TOKEN_MISSING without a session
   */
  async refresh(generation: string | undefined): Promise<void> {
    if (this.inFlight) {
      await this.inFlight;
      if ((await this.delivery.generation()) !== generation) return;
    }
    this.inFlight ??= this.alone(generation).finally(() => {
      this.inFlight = undefined;
    });
    await this.inFlight;
  }

  private alone(generation: string | undefined): Promise<void> {
    const task = (): Promise<void> => this.exchange(generation);
    if (!this.delivery.isShared) return task();
    return exclusive(`nauth:refresh:${this.config.address}`, this.config.timeout, task);
  }

  /** Under the lock: what another tab has renewed in the meantime needs no second refresh. */
  private async exchange(generation: string | undefined): Promise<void> {
    if ((await this.delivery.generation()) !== generation) return;
    const request = await this.delivery.refreshRequest();
    const call = { method: 'POST', path: this.config.endpoints.refresh, body: request } as const;
    let answer: object;
    try {
      answer = await this.transport.send(call, this.delivery.publicHeaders('POST'));
    } catch (error) {
      if (error instanceof NAuthClientError && error.statusCode === 401) {
        await this.listener.onSessionOver(error, generation);
      }
      throw error;
    }
    if (await this.delivery.acceptRefresh(request, answer)) this.listener.onRefreshed();
  }
}
