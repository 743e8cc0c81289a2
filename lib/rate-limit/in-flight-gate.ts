interface Queue {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * Lets a few works of one subject run at once in this process; the next ones start as those end. Where each of them is
 * counted before its outcome is known, right attempts that arrive together are then not refused for one another.
 */
export class InFlightGate {
  private readonly queues = new Map<string, Queue>();

  constructor(
    /** Works of one subject that may wait. */
    private readonly maxWaiting: number,
    private readonly maxWaitMs: number,
  ) {}

  /** Subjects with works in hand. */
  get size(): number {
    return this.queues.size;
  }

  /**
   * The result of `work`, once fewer than `limit` works of this key run; undefined, without starting it, when too many
   * wait already or the turn does not come in time.
   */
  async run<T extends object>(key: string, limit: number, work: () => Promise<T>): Promise<T | undefined> {
    const queue = this.queues.get(key) ?? { running: 0, waiting: [] };
    this.queues.set(key, queue);
    if (!(await this.enter(queue, limit))) return undefined;
    try {
      return await work();
    } finally {
      this.leave(key, queue);
    }
  }

  private enter(queue: Queue, limit: number): Promise<boolean> {
    if (queue.running < limit) {
      queue.running += 1;
      return Promise.resolve(true);
    }
    if (queue.waiting.length >= this.maxWaiting) return Promise.resolve(false);
    return new Promise((resolve) => {
      const turn = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        queue.waiting.splice(queue.waiting.indexOf(turn), 1);
        resolve(false);
      }, this.maxWaitMs);
      queue.waiting.push(turn);
    });
  }

  /** Hands the place to the work that waited longest; it stays taken in between, so nobody can slip in. */
  private leave(key: string, queue: Queue): void {
    const next = queue.waiting.shift();
    if (next) return next();
    queue.running -= 1;
    if (queue.running === 0) this.queues.delete(key);
  }
}
