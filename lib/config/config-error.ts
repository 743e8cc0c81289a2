/** One thing that is wrong in the configuration. `message` says what and how to put it right, never the value. */
export interface ConfigProblem {
  /** Where: `jwt.accessToken.secret`, `security.csrf.allowedOrigins[0]`. */
  readonly path: string;
  readonly message: string;
}

/** The configuration cannot be used. Carries every problem that was found, not only the first. */
export class NAuthConfigError extends Error {
  override readonly name = 'NAuthConfigError';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(describe(problems));
  }
}

function describe(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.map(({ path, message }) => `  - ${path}: ${message}`);
  return [`nauth-toolkit: the configuration has ${count}:`, ...lines].join('\n');
}
