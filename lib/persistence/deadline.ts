/** A moment by which an answer is due, on the monotonic clock: a step of the system clock does not move it. */
export class Deadline {
  private readonly end: number;

  constructor(milliseconds: number) {
    this.end = performance.now() + milliseconds;
  }

  remaining(): number {
    return Math.max(0, this.end - performance.now());
  }
}

export class DeadlinePassedError extends Error {
  constructor() {
    super('The database did not answer in time.');
    this.name = 'DeadlinePassedError';
  }
}

/**
 * The result of `work`, if it comes in time. Work that is late goes on; its result and its error are dropped.
 * @throws {DeadlinePassedError}
 */
export async function within<T>(deadline: Deadline, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlinePassedError()), deadline.remaining());
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
