/** Something did not end within its time limit. */
export class TimeLimitError extends Error {
  constructor() {
    super('did not end within its time limit');
    this.name = 'TimeLimitError';
  }
}

/** A time limit over several pieces of work, which may watch it as a signal. */
export class TimeLimit {
  private readonly controller = new AbortController();
  private readonly passed: Promise<TimeLimitError>;
  private readonly timer: NodeJS.Timeout;
  private pass!: () => void;

  constructor(limitMs: number) {
    this.passed = new Promise((resolve) => {
      this.pass = () => {
        const error = new TimeLimitError();
        this.controller.abort(error);
        resolve(error);
      };
    });
    this.timer = setTimeout(this.pass, limitMs);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /**
   * Waits for the work, but not beyond the limit.
   * @throws {TimeLimitError} when the limit passes first
   */
  async within<T>(work: Promise<T>): Promise<T> {
    const first = await Promise.race([work, this.passed]);
    if (first instanceof TimeLimitError) throw first;
    return first;
  }

  /** Lets the limit pass now. */
  expire(): void {
    this.end();
    this.pass();
  }

  /** Stops the clock: nothing is waited for any more. */
  end(): void {
    clearTimeout(this.timer);
  }
}
