import { secretProblem } from '../tokens/secret-strength';
import type { ProblemReport } from './problem-report';

const MIN_BYTES = 32;

/** Reports a secret that is missing or could be guessed (R036): too short, a placeholder, not random. */
export function checkSecret(path: string, secret: string | undefined, report: ProblemReport): void {
  const problem = secret === undefined ? missing() : secretProblem(secret, MIN_BYTES);
  if (problem !== undefined) report.addRule(path, problem);
}

/** What is said in the place of a secret that is not there, with the way to get one. */
function missing(): string {
  return `is missing; set it to at least ${MIN_BYTES} random bytes: openssl rand -base64 ${MIN_BYTES}`;
}
