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

  /** The counts so far, which start again. */
  take(): Stats {
    const { queries, hashes } = this;
    this.queries = 0;
    this.hashes = 0;
    return { queries, hashes };
  }
}
