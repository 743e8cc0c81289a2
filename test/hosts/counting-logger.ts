import type { Logger } from 'typeorm';
import type { Counters } from './counters';

/** A TypeORM logger that counts statements and prints nothing. */
export class CountingLogger implements Logger {
  constructor(private readonly counters: Counters) {}

  logQuery(): void {
    this.counters.countQuery();
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
