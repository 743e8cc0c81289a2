/**
 * No unit of work lives this long: whatever was given a number before is visible, or never will be, this much later.
 */
const SETTLED_AFTER_MS = 15_000;
/**
 * How many numbers below the highest one may belong to units that were not over when the reader started. Four hundred
 * changes a second, for as long as a unit lives, stay below it.
 */
const OPEN_AT_START = 1000;

interface Mark {
  at: number;
  latest: number;
}

/**
 * From where the feed has to be read again. Reading on from the highest number seen would pass over a change that was
 * numbered earlier and committed later, so reading starts from what was the highest some seconds ago.
 */
export class FeedCursor {
  private readonly marks: Mark[] = [];
  private readonly seen = new Set<number>();
  private settled: number;
  private highest: number;

  /** @param latest the highest visible number when the reader started, knowing nothing */
  constructor(latest: number, at: number) {
    this.settled = Math.max(0, latest - OPEN_AT_START);
    this.highest = latest;
    this.marks.push({ at, latest });
  }

  /** Read what has a higher number than this. */
  get after(): number {
    return this.settled;
  }

  /** True the first time that a number is shown to it. */
  isNew(sequence: number): boolean {
    if (sequence <= this.settled || this.seen.has(sequence)) return false;
    this.seen.add(sequence);
    this.highest = Math.max(this.highest, sequence);
    return true;
  }

  /** Ends a look that began at `at`, in milliseconds of a clock that never goes back. */
  endLook(at: number): void {
    this.marks.push({ at, latest: this.highest });
    for (let first = this.marks[0]; first && at - first.at >= SETTLED_AFTER_MS; first = this.marks[0]) {
      this.settled = first.latest;
      this.marks.shift();
    }
    for (const sequence of this.seen) if (sequence <= this.settled) this.seen.delete(sequence);
  }
}
