import type { HostileCase } from './hostile-case';
import type { RawAnswer } from './raw-exchange';

/** Of stacks, of installed packages, and of what databases say. */
const INTERNALS =
  /\n\s+at |\\n\s+at |node_modules|QueryFailed|SQLITE_|SqliteError|libsql|\bER_[A-Z]{3}|syntax error at|typeorm/i;

export interface Allowed {
  status: readonly number[];
  /** The route is served, so that code and wait are those of the toolkit. */
  served: boolean;
}

/** Everything that is wrong with an answer; empty when nothing is. */
export function problemsOf(hostile: HostileCase, answer: RawAnswer, { status, served }: Allowed): string[] {
  const { expect } = hostile;
  const problems: string[] = [];
  if (answer.took > hostile.maxMs)
    problems.push(`took ${Math.round(answer.took)} ms, more than ${hostile.maxMs}`);
  if (answer.status === 0) {
    if (!expect.allowNoResponse) problems.push('was closed without an answer');
    return problems;
  }
  if (answer.status >= 500) problems.push(`status ${answer.status} is an error of the server`);
  if (!status.includes(answer.status))
    problems.push(`status ${answer.status} is none of ${status.join(', ')}`);
  if (INTERNALS.test(answer.text)) problems.push('the body shows internals');
  if (expect.notMatch && new RegExp(expect.notMatch, 'i').test(answer.text))
    problems.push(`the body has ${expect.notMatch}`);
  for (const [name, pattern] of Object.entries(expect.notMatchHeaders ?? {})) {
    const value = answer.headers[name];
    if (value !== undefined && new RegExp(pattern, 'im').test(value))
      problems.push(`the header ${name} is ${value}`);
  }
  if (served && expect.codePattern && !new RegExp(expect.codePattern, 'i').test(codeOf(answer.text))) {
    problems.push(`the code '${codeOf(answer.text)}' is none of ${expect.codePattern}`);
  }
  return problems;
}

function codeOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    const code: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'code') : undefined;
    return typeof code === 'string' ? code : '';
  } catch {
    return '';
  }
}
