/**
 * Keeps requests from waiting for something that is down: after a failure it is left alone for `pauseMs`, then one call
 * tries it while the others still go without it.
 */
export class CircuitBreaker {
  private failedAt: number | undefined;
  private trying = false;

  /**
   * @param pauseMs between a failure and the next try
   * @param onChange told when it goes down (with the error) and when it is back (without)
   */
  constructor(
    private readonly pauseMs: number,
    private readonly onChange: (error?: unknown) => void = () => undefined,
  ) {}

  /** False from a failure until the next success. */
  get isClosed(): boolean {
    return this.failedAt === undefined;
  }

  /** The result of `work`; undefined when it failed or was not tried. */
  async call<T extends object>(work: () => Promise<T>): Promise<T | undefined> {
    if (!this.isClosed && !this.mayTry()) return undefined;
    this.trying = !this.isClosed;
    try {
      const result = await work();
      this.succeed();
      return result;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  private mayTry(): boolean {
    return !this.trying && this.failedAt !== undefined && performance.now() - this.failedAt >= this.pauseMs;
  }

  private succeed(): void {
    const wasClosed = this.isClosed;
    this.failedAt = undefined;
    this.trying = false;
    if (!wasClosed) this.onChange();
  }

  private fail(error: unknown): void {
    const wasClosed = this.isClosed;
    this.failedAt = performance.now();
    this.trying = false;
    if (wasClosed) this.onChange(error);
  }
}
