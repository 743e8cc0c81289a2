import type { EntityManager } from 'typeorm';
import type { ConnectionLease } from './connection-lease';

/** A connection that code runs on, and how far it is. */
export class ConnectionScope {
  /** What to call once the unit has been committed. */
  readonly notices: (() => void)[] = [];
  /** What to do once the unit has been committed and its connection is free. */
  readonly tasks: (() => Promise<void>)[] = [];
  state: 'open' | 'expired' | 'ended' = 'open';

  constructor(
    private readonly lease: ConnectionLease,
    /** A unit of work, in contrast to a single call of `execute`. */
    readonly isUnit: boolean,
  ) {}

  get manager(): EntityManager {
    return this.lease.manager;
  }

  /** False once it is over: code that outlives its unit takes a connection of its own. */
  get isJoinable(): boolean {
    return this.state !== 'ended';
  }
}
