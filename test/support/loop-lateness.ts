const BEAT_MS = 20;
/** A timer that is later than this is the machine's doing; what is less counts as time. */
const STALL_MS = 100;

/**
 * How long the machine has let this process stand still, in milliseconds in all: limits in time are those of the toolkit, on
 * top of that.
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
    const late = now - LoopLateness.last - BEAT_MS;
    if (late > STALL_MS) LoopLateness.sum += late;
    LoopLateness.last = now;
  }
}
