import { parseDuration, type Duration } from '../common';
import type { ProblemReport } from './problem-report';

/** What the rules of a section look at besides their options. */
export interface SectionContext {
  readonly report: ProblemReport;
  readonly production: boolean;
}

/** A duration that its schema has let through, in milliseconds. */
export function milliseconds(value: Duration): number {
  const result = parseDuration(value);
  if (result === undefined) throw new RangeError('A duration reached a section without passing its schema.');
  return result;
}
