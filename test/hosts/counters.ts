export interface Stats {
  /** Statements that were sent to the database, those that begin and end a transaction included. */
  queries: number;
  /** Password hashes that were made or checked. */
  hashes: number;
}

/** Work that the process has done since it was last asked. */
export class Counters implements Stats {
  queries = 0;
  hashes = 0;
  /** Before which of the next statements the process ends; 0 for none. */
  deathBefore = 0;

  /** To be called before a statement is sent. */
  countQuery(): void {
    this.queries += 1;
    if (this.deathBefore > 0 && --this.deathBefore === 0) process.kill(process.pid, 'SIGKILL');
  }

  /** The counts so far, which start again. */
  take(): Stats {
    const { queries, hashes } = this;
    this.queries = 0;
    this.hashes = 0;
    return { queries, hashes };
  }
}
