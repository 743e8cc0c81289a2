import { randomInt } from 'node:crypto';

/**
 * Runs work again and again, about every `intervalMs` with a fifth of jitter so that instances spread out, one round at a
 * time. The timer keeps no process alive, and a failed round waits for the next.
 */
export class PeriodicTask {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private running = false;

  constructor(
    private readonly work: (stopped: () => boolean) => Promise<void>,
    private readonly intervalMs: number,
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.schedule();
  }

  /** Resolves when a round that is under way has ended. */
  async stop(): Promise<void> {
    this.running = false;
    clearTimeout(this.timer);
    await this.round;
  }

  private schedule(): void {
    const jitter = Math.round(this.intervalMs / 5);
    this.timer = setTimeout(
      () => {
        this.round = this.work(() => !this.running)
          // The database may be down for a while; nothing depends on this round.
          .catch(() => undefined)
          .then(() => {
            if (this.running) this.schedule();
          });
      },
      this.intervalMs + randomInt(-jitter, jitter + 1),
    ).unref();
  }
}
