/**
 * Several changes of the database as one: all or none. A unit inside a unit joins it. Statements of repositories that
 * run inside `work` belong to the unit through the async context, without an argument (R147).
 */
export interface UnitOfWork {
  /** True for code that runs inside of a unit. */
  readonly isRunning: boolean;
  /**
   * @throws {NAuthException} SERVICE_UNAVAILABLE when the database cannot be reached, is too slow, or keeps refusing
   * the unit as a deadlock; nothing of it is kept then
   */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Calls `notice` once the running unit has been committed, never if it is not; at once outside of a unit. */
  afterCommit(notice: () => void): void;
  /**
   * Runs `task` once the running unit has been committed and has given its connection back, never if it is not
   * committed. Tasks of one unit start in order and run side by side; `run` of the unit resolves after them, so that they
   * must neither fail nor hang. Outside of a unit at once; the promise is then the task's.
   */
  afterUnit(task: () => Promise<void>): Promise<void>;
  /** Calls `work` as if no unit were running: what it starts does not belong to this one. */
  outside<T>(work: () => T): T;
}

export const UNIT_OF_WORK = Symbol('nauth.unitOfWork');

/**
 * Thrown inside a unit: it is undone, and its work called again from the start. For work that will go another way the
 * next time, as after three repetitions the unit fails with SERVICE_UNAVAILABLE.
 */
export class RepeatUnitError extends Error {
  constructor(cause: unknown) {
    super('The unit of work has to be run again.', { cause });
    this.name = 'RepeatUnitError';
  }
}
