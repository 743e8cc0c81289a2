import type { ConfigProblem } from './config-error';
import { isWithin } from './config-path';

/**
 * Collects problems in two layers: options of the wrong shape first, then rules over options of the right shape. A rule
 * says nothing about an option whose shape was refused already: it would judge the default in its place.
 */
export class ProblemReport {
  private readonly shape: ConfigProblem[] = [];
  private readonly rules: ConfigProblem[] = [];

  addShape(path: string, message: string): void {
    this.shape.push({ path, message });
  }

  addRule(path: string, message: string): void {
    const known = this.rules.some((problem) => problem.path === path && problem.message === message);
    if (!known && !this.isRefused(path)) this.rules.push({ path, message });
  }

  /** The shape of this option, or of what contains it, was refused. */
  isRefused(path: string): boolean {
    return this.shape.some((problem) => isWithin(path, problem.path));
  }

  /** As `isRefused`, or something inside this option was refused. */
  isTouched(path: string): boolean {
    return this.isRefused(path) || this.shape.some((problem) => isWithin(problem.path, path));
  }

  /** Every problem, ordered by section as the host reads its configuration. */
  problems(sections: readonly string[]): ConfigProblem[] {
    const rank = ({ path }: ConfigProblem): number => {
      const index = sections.indexOf(path.split(/[.[]/, 1)[0] ?? '');
      return index < 0 ? sections.length : index;
    };
    return [...this.shape, ...this.rules].sort((a, b) => rank(a) - rank(b));
  }
}
