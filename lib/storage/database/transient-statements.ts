import type { RunSql } from './sql-statement';

/** The moment of a call by the toolkit's clock; what ended at `now` is gone. */
export interface Entry {
  key: string;
  now: number;
}

export interface LivingEntry extends Entry {
  /** Epoch milliseconds at which what is written now ends. */
  expires: number;
}

export interface ValueEntry extends LivingEntry {
  value: string;
}

/**
 * The changes of the transient table. Each decides and writes in one statement, because a read followed by a write lets
 * several callers through at any isolation level.
 */
export interface TransientStatements {
  /** The count after adding one, and when the counter ends. */
  increment(run: RunSql, entry: LivingEntry): Promise<{ count: number; expires: number }>;
  set(run: RunSql, entry: ValueEntry): Promise<void>;
  setIfAbsent(run: RunSql, entry: ValueEntry): Promise<boolean>;
  take(run: RunSql, entry: Entry): Promise<string | null>;
  compareAndDelete(run: RunSql, entry: Entry & { value: string }): Promise<boolean>;
  expire(run: RunSql, entry: LivingEntry): Promise<boolean>;
}

/** A column of the first row as text; null when there is no row or it holds NULL. */
export function textOf(rows: Awaited<ReturnType<RunSql>>['rows'], column: string): string | null {
  const value = rows[0]?.[column];
  return typeof value === 'string' ? value : null;
}
