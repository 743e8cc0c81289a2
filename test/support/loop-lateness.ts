const BEAT_MS = 20;

/**
 * How late the machine has made the timers of this process, in milliseconds in all: limits in time are those of the toolkit,
 * on top of that.
 */
export class LoopLateness {
  private static sum = 0;
  private static last = performance.now();

  static {
    setInterval(() => LoopLateness.beat(), BEAT_MS).unref();
  }

  /** Starts a clock that stands still while the process gets no turn; what it shows, in milliseconds. */
  static stopwatch(): () => number {
    LoopLateness.beat();
    const [start, before] = [performance.now(), LoopLateness.sum];
    return () => {
      LoopLateness.beat();
      return performance.now() - start - (LoopLateness.sum - before);
    };
  }

  private static beat(): void {
    const now = performance.now();
    LoopLateness.sum += Math.max(0, now - LoopLateness.last - BEAT_MS);
    LoopLateness.last = now;
  }
}
