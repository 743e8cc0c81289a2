import { connectionProblem } from './database-error';

/** The database cannot be used as configured; stops the start. The text names no secret. */
export class DatabaseStartError extends Error {
  constructor(problem: string, reason?: unknown) {
    const why = reason === undefined ? '' : ` (${connectionProblem(reason)})`;
    super(`NAuth database: ${problem}${why}.`);
    this.name = 'DatabaseStartError';
  }
}
