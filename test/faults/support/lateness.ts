import { setTimeout as sleep } from 'node:timers/promises';
import type { HostProcess } from '../../support/host-process';

const PAUSE_MS = 50;

/**
 * How late the machine makes answers that need nothing: a route of the hosts that the toolkit has no part in is asked all
 * the time. Limits in time are those of the toolkit, on top of that.
 */
export class Lateness {
  /** The longest that such an answer has taken so far. */
  mostMs = 0;
  private isOver = false;
  private readonly running: Promise<unknown>;

  constructor(servers: readonly HostProcess[]) {
    this.running = Promise.all(servers.map(({ url }) => this.run(url)));
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async run(url: string): Promise<void> {
    while (!this.isOver) {
      const start = performance.now();
      await fetch(`${url}/bare`).then(
        (response) => response.text(),
        () => undefined,
      );
      this.mostMs = Math.max(this.mostMs, performance.now() - start);
      await sleep(PAUSE_MS);
    }
  }
}
