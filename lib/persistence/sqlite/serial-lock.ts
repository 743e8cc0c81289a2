import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { currentSerialScope, type SerialScope } from './serial-scope';

interface Waiter {
  owner: object;
  scope: SerialScope | undefined;
  enter(): void;
  refuse(error: Error): void;
}

/** Code inside a transaction used another runner than the transaction's own, and would wait for itself for ever. */
export class SerialLockMisuseError extends Error {
  constructor() {
    super(
      'A statement inside a SQLite transaction was sent outside of it, and would wait for its own transaction to end. ' +
        "Use the transaction's EntityManager for everything inside.",
    );
    this.name = 'SerialLockMisuseError';
  }
}

/**
 * A fair lock over the one connection of a SQLite DataSource. An owner holds it for a statement, or from the beginning
 * of a transaction to its end. Owners that wait enter in the order in which they came.
 */
export class SerialLock {
  private readonly waiting: Waiter[] = [];
  private held = false;
  private holderScope: SerialScope | undefined;

  /**
   * Waits for the lock. `forTransaction` says that it is kept over several statements.
   * @throws {SerialLockMisuseError} when the calling code is part of the transaction that holds the lock
   */
  async acquire(owner: object, forTransaction: boolean): Promise<void> {
    const scope = currentSerialScope();
    if (!this.held) {
      this.held = true;
    } else {
      if (scope && scope === this.holderScope) throw new SerialLockMisuseError();
      await new Promise<void>((enter, refuse) => this.waiting.push({ owner, scope, enter, refuse }));
    }
    this.holderScope = forTransaction ? scope : undefined;
  }

  release(): void {
    this.holderScope = undefined;
    const next = this.waiting.shift();
    if (!next) {
      this.held = false;
      return;
    }
    // The driver is synchronous: without a turn of the event loop a queue of writers would starve timers and sockets.
    setImmediate(next.enter);
  }

  /** Takes everything that the owner still waits for out of the queue. */
  cancel(owner: object): void {
    for (let index = this.waiting.length - 1; index >= 0; index -= 1) {
      if (this.waiting[index]?.owner !== owner) continue;
      const [waiter] = this.waiting.splice(index, 1);
      waiter?.refuse(new QueryRunnerAlreadyReleasedError());
    }
  }
}
