import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { SHUTDOWN_OPTIONS, type ResolvedShutdownOptions } from './shutdown.options';

/** Time for cut connections to end. One that became something else, such as a WebSocket, the server does not cut. */
const CUT_MS = 500;

/** What is used of a Node HTTP server. */
export interface ClosableServer {
  prependListener(
    event: 'request',
    listener: (request: unknown, response: { setHeader(name: string, value: string): unknown }) => void,
  ): unknown;
  closeAllConnections?(): void;
}

/**
 * The end of an instance, in such order that no client notices (R160): first it says that it is going, then it takes no
 * new connections, then it finishes what it has in hand, and what is still open after `timeout` is cut.
 */
@Injectable()
export class GracefulShutdown {
  private readonly servers = new Set<ClosableServer>();
  private drained: Promise<void> | undefined;

  constructor(@Inject(SHUTDOWN_OPTIONS) private readonly options: ResolvedShutdownOptions) {}

  /** True from the moment that the application was told to stop: what a readiness route answers from. */
  isShuttingDown(): boolean {
    return this.drained !== undefined;
  }

  /**
   * Lets every answer that this server gives from the beginning of the shutdown on end its connection. A connection that
   * is kept open would otherwise bring request after request to a server that waits for it to end.
   */
  watch(server: ClosableServer): void {
    if (this.servers.has(server)) return;
    this.servers.add(server);
    server.prependListener('request', (_request, response) => {
      if (this.isShuttingDown()) response.setHeader('connection', 'close');
    });
  }

  /** Begins the shutdown; resolves when `drainDelay` has passed and the listeners may be closed. */
  begin(): Promise<void> {
    this.drained ??= this.drain();
    return this.drained;
  }

  /** Closes a server and then the rest; resolves when all is closed, or has had its time. */
  async run(
    server: ClosableServer,
    closeServer: () => Promise<unknown>,
    closeRest: () => Promise<unknown>,
  ): Promise<void> {
    this.watch(server);
    const start = performance.now();
    await this.begin();
    const left = Math.max(0, this.options.timeoutMs - (performance.now() - start));
    try {
      await inTime(closeServer(), left + CUT_MS);
    } finally {
      await closeRest();
    }
  }

  private async drain(): Promise<void> {
    const cut = (): void => {
      for (const server of this.servers) server.closeAllConnections?.();
    };
    // The process may end before.
    setTimeout(cut, this.options.timeoutMs).unref();
    if (this.options.drainDelayMs > 0) await sleep(this.options.drainDelayMs);
  }
}

/** Resolves with the work, or after `milliseconds`. */
async function inTime(work: Promise<unknown>, milliseconds: number): Promise<void> {
  const done = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: done.signal }).catch(() => undefined);
  try {
    await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
