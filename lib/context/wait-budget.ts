/** A wait shorter than this is what every request has several of, and does not count. */
const SHORT_MS = 50;
/** A request that goes on for this long after its last long wait has nobody any more who counts the seconds. */
const FORGET_MS = 10_000;

/**
 * How much longer a request may wait for one dependency. Each single wait has a limit of its own, but a request has many:
 * when each of them is slow, the request as a whole is refused in time instead of answered much later (R148).
 */
export class WaitBudget {
  private spentMs = 0;
  private lastLongWait = -Infinity;

  /** @param totalMs all long waits of a request together */
  constructor(private readonly totalMs: number) {}

  /** The longest wait that is left, in milliseconds; 0 when there is none. */
  remaining(): number {
    if (performance.now() - this.lastLongWait > FORGET_MS) this.spentMs = 0;
    const left = this.totalMs - this.spentMs;
    return left > 0 ? left + SHORT_MS : 0;
  }

  /** Notes a wait that has ended. */
  spend(milliseconds: number): void {
    if (milliseconds <= SHORT_MS) return;
    this.spentMs += milliseconds - SHORT_MS;
    this.lastLongWait = performance.now();
  }
}
